from django.urls import path

from perisai.employers import close_console, console, file_console, form_console

app_name = "employers"
urlpatterns = [
    path("", console.employer_list, name="list"),
    path("new/", console.new, name="new"),
    path("villages/", form_console.village_search, name="villages"),
    path("scale/", form_console.scale_by_figures, name="scale"),
    path("template/", file_console.template, name="template"),
    path("<uuid:employer_id>/", console.employer_page, name="employer"),
    path("<uuid:employer_id>/edit/", console.edit, name="edit"),
    path("<uuid:employer_id>/close/", close_console.close_employer, name="close"),
    path("<uuid:employer_id>/open/", close_console.open_again, name="open-again"),
    path("<uuid:employer_id>/link/", console.make_link, name="link"),
    path("<uuid:employer_id>/bill/", console.make_bill, name="make-bill"),
    path("<uuid:employer_id>/bill/<uuid:bill_id>/", console.bill_page, name="bill"),
    path("<uuid:employer_id>/worker/<uuid:enrolment_id>/leave/", console.leave, name="leave"),
    path("<uuid:employer_id>/worker/<uuid:enrolment_id>/stay/", console.stay, name="stay"),
    path("<uuid:employer_id>/worker/<uuid:enrolment_id>/wage/", console.change_wage, name="wage"),
    path("<uuid:employer_id>/file/", file_console.send, name="send"),
    path("<uuid:employer_id>/file/<uuid:import_id>/", file_console.file_page, name="file"),
    path("<uuid:employer_id>/file/<uuid:import_id>/state/", file_console.state, name="state"),
    path("<uuid:employer_id>/file/<uuid:import_id>/wrong/", file_console.wrong, name="wrong"),
    path("<uuid:employer_id>/file/<uuid:import_id>/undo/", file_console.undo, name="undo"),
]
