"""What this floor does for those above without being asked: it paces their calls over all processes."""

from mythos.providers.calling import use_paces
from mythos.work.pacing import pace_of

use_paces(pace_of)
