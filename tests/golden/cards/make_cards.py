"""Draws the specimen cards of this folder: invented people, marked SPECIMEN, as a phone would take them.

    tests/golden/cards/make_cards.py [--folder DIR]

Needs a Chromium (``PERISAI_CHROMIUM``) with the fonts Liberation Sans and OCR-A (Debian: fonts-liberation, fonts-ocr-a).
The pictures are kept in the repository, so that every machine reads the same ones; run it after a change of ``people.json``
or of the looks below, and look at what came out.
"""

import argparse
import html
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
TABLE = "repeating-linear-gradient(93deg, #7d5a3c 0 37px, #86613f 37px 51px, #735036 51px 90px)"
PLAIN = "#5d6468"
LOOKS: dict[str, dict[str, Any]] = {
    "01-clean": {"width": 1130},
    "02-one-word": {"width": 1080, "table": TABLE},
    "03-turned-4": {"width": 1060, "turn": 4},
    "04-turned-7": {"width": 1040, "turn": -7, "table": TABLE},
    "05-blurred": {"width": 1100, "filter": "blur(1.3px)"},
    "06-shadow": {"width": 1100, "over": "linear-gradient(112deg, rgba(0,0,0,.62) 0 46%, rgba(0,0,0,.02) 60%)"},
    "07-small": {"width": 760, "table": TABLE, "turn": 1.5},
    "08-dark": {"width": 1080, "filter": "brightness(.42) contrast(.85)", "noise": 11},
    "09-glare": {
        "width": 1080,
        "over": "radial-gradient(circle at 63% 82%, rgba(255,255,255,.97) 0 5%, transparent 14%)",
    },
    "10-slanted": {"width": 1120, "slant": "perspective(1500px) rotateX(14deg) rotateY(-9deg)", "table": TABLE},
    "11-upside-down": {"width": 1080, "turn": 181},
    "12-long-name": {"width": 1100, "turn": -1.5, "noise": 5},
    "20-too-far": {"width": 330, "table": TABLE, "as": "01-clean"},
    "21-no-card": {"width": 0, "table": TABLE},
}
"""How each was taken. ``width`` of the card in a picture of 1280 x 960, ``turn`` in degrees, ``noise`` in grey levels."""

STYLE = """
* { box-sizing: border-box; margin: 0 }
body { width: 1280px; height: 960px; overflow: hidden; display: grid; place-items: center }
#scene { position: absolute; inset: 0; display: grid; place-items: center }
#over { position: absolute; inset: 0 }
#card { position: relative; width: 1012px; height: 638px; flex: none; border-radius: 34px; overflow: hidden; color: #10131a;
  font: 400 26px "Liberation Sans"; box-shadow: 0 6px 26px rgba(0,0,0,.5);
  background: repeating-radial-gradient(circle at 20% 130%, rgba(70,130,190,.17) 0 3px, transparent 3px 13px),
    repeating-radial-gradient(circle at 90% -30%, rgba(90,150,120,.15) 0 2px, transparent 2px 15px),
    linear-gradient(160deg, #cfe6f2, #b4d3e8 55%, #c9e0e6) }
h1 { font-size: 31px; text-align: center; margin-top: 18px; font-weight: 700 }
h2 { font-size: 31px; text-align: center; font-weight: 700 }
#nik { position: absolute; left: 26px; top: 108px; font-size: 37px; white-space: pre }
#nik b { font: 40px OCRA; letter-spacing: -1px; position: relative; top: 5px }
table { position: absolute; left: 26px; top: 164px; border-spacing: 0; width: 706px; table-layout: fixed }
td { padding: 0; line-height: 34px; vertical-align: top }
td:first-child { width: 232px; white-space: nowrap } td:nth-child(2) { width: 20px }
td.in { padding-left: 34px }
#photo { position: absolute; right: 34px; top: 112px; width: 222px; height: 290px; background: linear-gradient(#b8433a, #a33a33) }
#photo i { position: absolute; left: 61px; top: 52px; width: 100px; height: 122px; border-radius: 50%; background: #c79b78 }
#photo u { position: absolute; left: 18px; top: 186px; width: 186px; height: 104px; border-radius: 80px 80px 0 0;
  background: #e8e8ea }
#issued { position: absolute; right: 34px; top: 432px; width: 222px; text-align: center; font-size: 20px; font-weight: 400 }
#mark { position: absolute; right: 42px; top: 510px; font: 700 40px "Liberation Sans"; color: #c22; border: 4px solid #c22;
  padding: 4px 10px; transform: rotate(-9deg); opacity: .8 }
canvas { position: absolute; inset: 0; mix-blend-mode: hard-light }
"""
NOISE = """levels => {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 1280, height: 960 });
  const context = canvas.getContext("2d"), picture = context.createImageData(1280, 960);
  let seed = 20261122;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let at = 0; at < picture.data.length; at += 4) {
    const level = 128 + (next() + next() + next() - 1.5) * 2 * levels;
    picture.data.set([level, level, level, 255], at);
  }
  context.putImageData(picture, 0, 0);
  document.body.append(canvas);
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=HERE)
    folder: Path = parser.parse_args().folder
    people = {person["card"]: person for person in json.loads((HERE / "people.json").read_text(encoding="utf-8"))}
    path = os.environ.get("PERISAI_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 960})
        for name, look in LOOKS.items():
            page.set_content(_scene(look, people.get(look.get("as", name))))
            if look.get("noise"):
                page.evaluate(NOISE, look["noise"])
            page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=55)
        browser.close()
    return 0


def _scene(look: dict[str, Any], person: dict[str, str] | None) -> str:
    width = look["width"]
    card = _card(person) if width and person else ""
    change = f"{look.get('slant', '')} rotate({look.get('turn', 0)}deg) scale({width / 1012})"
    return (
        f"<!doctype html><style>{STYLE}</style><div id=scene style='background: {look.get('table', PLAIN)};"
        f" filter: {look.get('filter', 'none')}'><div style='transform: {change}'>{card}</div></div>"
        f"<div id=over style='background: {look.get('over', 'none')}'></div>"
    )


def _card(person: dict[str, str]) -> str:
    year, month, day = person["birth_date"].split("-")
    rows = [
        ("Nama", person["name"]),
        ("Tempat/Tgl Lahir", f"{person['birth_place']}, {day}-{month}-{year}"),
        ("Jenis Kelamin", f"{'PEREMPUAN' if person['sex'] == 'F' else 'LAKI-LAKI'} &emsp; Gol. Darah : O"),
        ("Alamat", person["address"]),
        (">RT/RW", person["rt_rw"]),
        (">Kel/Desa", person["village"]),
        (">Kecamatan", person["district"]),
        ("Agama", "ISLAM"),
        ("Status Perkawinan", "KAWIN"),
        ("Pekerjaan", person["job"]),
        ("Kewarganegaraan", "WNI"),
        ("Berlaku Hingga", "SEUMUR HIDUP"),
    ]
    cells = "".join(
        f"<tr><td{' class=in' if label.startswith('>') else ''}>{html.escape(label.lstrip('>'))}<td>:<td>{value}"
        for label, value in rows
    )
    return (
        f"<div id=card><h1>PROVINSI JAMBI</h1><h2>{person['regency']}</h2>"
        f"<div id=nik>NIK &nbsp; &nbsp;: <b>{person['nik']}</b></div><table>{cells}</table>"
        f"<div id=photo><i></i><u></u></div><div id=issued>{person['regency'].split(' ', 1)[1]}<br>12-03-2019</div>"
        "<div id=mark>SPECIMEN</div></div>"
    )


if __name__ == "__main__":
    sys.exit(main())
