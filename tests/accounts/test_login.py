"""Log in, be locked out, second factor, sessions that end."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from perisai.accounts.models import Role, User
from tests.accounts.people import PASSWORD, logged_in, make_user, stranger

NEW_PASSWORD = "gerobak biru di pasar angso"


def enter(client: Client, user: User, password: str = PASSWORD) -> str:
    """Posts the login form; where it leads, or the status."""
    cache.clear()
    response = client.post("/accounts/login/", {"login": user.username, "password": password})
    return str(response.get("Location") or response.status_code)


SECRET = "JBSWY3DPEHPK3PXP"


def code_now(secret: str, steps: int = 0) -> str:
    """As the app shows it, or so many steps of half a minute later."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))


def test_first_login_leads_through_second_factor_to_the_console(database: object) -> None:
    user, client = make_user(Role.BRANCH, second_factor=False), stranger()
    assert enter(client, user) == "/console/"
    assert client.get("/console/accounts/users/")["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'id="authenticator_secret" value="(\w+)"', page)
    assert found
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_now(found[1])}).status_code == 302
    sealed = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert found[1] not in sealed
    assert client.get("/console/accounts/users/").status_code == 200


def test_later_login_asks_for_the_code(database: object) -> None:
    user, client = make_user(Role.BRANCH), stranger()
    assert enter(client, user) == "/accounts/2fa/authenticate/"
    assert client.get("/console/accounts/users/")["Location"].startswith("/accounts/login/")
    assert "Kode" in client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert client.post("/accounts/2fa/authenticate/", {"code": code_now(SECRET)})["Location"] == "/console/"
    assert client.get("/console/accounts/users/").status_code == 200


def test_code_opens_once_in_whichever_process(database: object) -> None:
    user, first, second = make_user(Role.BRANCH), stranger(), stranger("en")
    code = code_now(SECRET)
    enter(first, user)
    assert first.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    enter(second, user)  # and forgets what this process had noted, as another one never knew it
    answer = second.post("/accounts/2fa/authenticate/", {"code": code})
    assert answer.status_code == 200
    assert "used already" in answer.content.decode()
    assert second.post("/accounts/2fa/authenticate/", {"code": code_now(SECRET, 1)}).status_code == 302


def test_code_of_half_a_minute_ago_opens_and_an_older_one_does_not(database: object) -> None:
    user, client = make_user(Role.BRANCH), stranger()
    enter(client, user)
    if (left := 30 - time.time() % 30) < 3:
        time.sleep(left)  # until the next half minute, so that a minute ago does not come between
    assert client.post("/accounts/2fa/authenticate/", {"code": code_now(SECRET, -3)}).status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": code_now(SECRET, -1)}).status_code == 302


def test_five_wrong_passwords_lock_the_account_from_that_address(database: object) -> None:
    user, client = make_user(Role.BRANCH), stranger()
    assert [enter(client, user, "salah") for _ in range(5)] == ["200", "200", "200", "200", "429"]
    assert enter(client, user) == "429", "the right password does not open a locked account"
    page = client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    assert "15 menit" in " ".join(re.sub("<[^>]+>", "", page.content.decode()).split())
    assert page["Retry-After"] == "900"
    elsewhere = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.9")
    assert enter(elsewhere, user) == "/accounts/2fa/authenticate/", "others are not shut out by somebody's guessing"


def test_nobody_signs_up_or_resets_by_mail(database: object) -> None:
    client = stranger()
    for address in ("signup/", "password/reset/", "email/", "password/reset/key/1-x/"):
        assert client.get(f"/accounts/{address}").status_code == 404, address


def test_weak_passwords_are_refused_and_a_good_one_ends_other_sessions(database: object) -> None:
    user = make_user(Role.BRANCH)
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    here, there = logged_in(user), logged_in(user)
    form = {"oldpassword": PASSWORD}
    for weak in ("pendek", "123456789012345", f"{user.username}-1", "password1234"):
        response = here.post("/accounts/password/change/", form | {"password1": weak, "password2": weak})
        assert response.status_code == 200, weak
    here.post("/accounts/password/change/", form | {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    user.refresh_from_db()
    assert (user.must_change_password, user.password_changed_at is not None) == (False, True)
    assert here.get("/console/accounts/users/").status_code == 200
    assert there.get("/console/accounts/users/").status_code == 302


def test_language_follows_browser_then_choice(database: object) -> None:
    assert "Masuk ke Perisai" in stranger("id").get("/accounts/login/").content.decode()
    client = stranger("en")
    assert "Log in to Perisai" in client.get("/accounts/login/").content.decode()
    client.post("/console/accounts/language", {"language": "id", "next": "/accounts/login/"})
    assert "Masuk ke Perisai" in client.get("/accounts/login/").content.decode()
    away = client.post("/console/accounts/language", {"language": "id", "next": "https://evil.example/"})
    assert away["Location"] == "/"


def test_last_second_factor_cannot_be_taken_off(database: object) -> None:
    user, client = make_user(Role.BRANCH), stranger()
    enter(client, user)
    client.post("/accounts/2fa/authenticate/", {"code": code_now(SECRET)})
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_second_step_cannot_be_guessed_from_many_addresses(database: object) -> None:
    user, client = make_user(Role.BRANCH), stranger()
    enter(client, user)
    for number in range(10):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}")
        cache.clear()
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_now(SECRET)})
    assert answer.status_code == 200
    assert client.get("/console/accounts/users/")["Location"].startswith("/accounts/login/")
