from django.urls import path

from perisai.training import console, draft_console, lacking_console, lesson_console, media_console, own_console

app_name = "training"
urlpatterns = [
    path("", console.overview, name="overview"),
    path("mine/", own_console.mine, name="mine"),
    path("mine/<uuid:course_id>/", own_console.my_course, name="my_course"),
    path("mine/<uuid:course_id>/<slug:module>/", own_console.my_module, name="my_module"),
    path("missing/", lacking_console.missing, name="missing"),
    path("courses/new/", console.new_course, name="new_course"),
    path("courses/<uuid:course_id>/", console.course, name="course"),
    path("courses/<uuid:course_id>/draft/", console.begin_draft, name="begin_draft"),
    path("courses/<uuid:course_id>/withdraw/", console.withdraw, name="withdraw"),
    path("courses/<uuid:course_id>/require/", console.require, name="require"),
    path("courses/<uuid:course_id>/require/<uuid:rule_id>/end/", console.end_rule, name="end_rule"),
    path("courses/<uuid:course_id>/assign/", console.assign, name="assign"),
    path("versions/<uuid:version_id>/", draft_console.preview, name="preview"),
    path("drafts/<uuid:version_id>/", draft_console.draft, name="draft"),
    path("drafts/<uuid:version_id>/edit/", draft_console.edit, name="edit"),
    path("drafts/<uuid:version_id>/publish/", draft_console.publish, name="publish"),
    path("media/", media_console.begin, name="upload"),
    path("media/<uuid:upload_id>/", media_console.piece, name="upload_piece"),
    path("media/<int:branch_id>/<slug:sha256>/", media_console.show, name="media"),
    path("lessons/new/", lesson_console.new_lesson, name="new_lesson"),
    path("lessons/<uuid:lesson_id>/", lesson_console.lesson_page, name="lesson"),
    path("lessons/<uuid:lesson_id>/screen/", lesson_console.screen, name="screen"),
    path("lessons/<uuid:lesson_id>/code/", lesson_console.code, name="code"),
    path("lessons/<uuid:lesson_id>/correct/", lesson_console.correct, name="correct"),
    path("lessons/<uuid:lesson_id>/confirm/", lesson_console.confirm, name="confirm"),
    path("lessons/<uuid:lesson_id>/place/", lesson_console.place, name="place"),
    path("lessons/<uuid:lesson_id>/cancel/", lesson_console.cancel, name="cancel"),
]
