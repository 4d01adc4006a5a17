"""Where practice happens: the branch of the Jambi world whose staff and agents trainees become."""

from typing import Final

BRANCH: Final = 1501
AGENCY: Final = 150121
TIMEZONE: Final = "Asia/Jakarta"
