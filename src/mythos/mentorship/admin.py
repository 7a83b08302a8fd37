from django.contrib import admin

from mythos.mentorship.models import (
    AssistantMentorTag,
    MentorPromptSet,
    MentorshipFeedback,
    MentorshipFork,
    MentorshipTrial,
    MentorStanding,
    PromptMentorshipLog,
    SkillRecord,
)
from mythos.work.admin import ReadOnlyAdmin

admin.site.register(
    [
        AssistantMentorTag,
        MentorPromptSet,
        PromptMentorshipLog,
        MentorshipFork,
        MentorshipTrial,
        MentorshipFeedback,
        SkillRecord,
        MentorStanding,
    ],
    ReadOnlyAdmin,
)
