import { describe, expect, test } from "vitest";
import { asName, digitsFor, fieldsOf } from "./fields";
import { rowsOf } from "./rows";
import { CARD, changed, type Lines, type Spoilt, wordsOf } from "./testing";

const read = (lines: Lines, spoilt?: Spoilt) => fieldsOf(rowsOf(wordsOf(lines, spoilt)));

const PLAIN = {
  nik: "1571084107909001",
  name: "SITI AMINAH",
  birth_place: "JAMBI",
  birth_date: "1990-07-01",
  sex: "F",
  address: "JL. SLAMET RIYADI NO. 12, RT 004/RW 002",
  village: "HANDIL JAYA",
  district: "JELUTUNG",
  regency: "KOTA JAMBI",
};

const valuesOf = (fields: ReturnType<typeof read>) =>
  Object.fromEntries(Object.keys(PLAIN).map((key) => [key, fields[key as keyof typeof PLAIN]?.value ?? null]));

describe("a whole card", () => {
  const looks: Record<string, Spoilt> = {
    "in two columns": {},
    "in whole lines": { columns: false },
    "falling to the right": { slope: 0.05 },
    "rising to the right": { slope: -0.05 },
    "falling, in whole lines": { slope: 0.04, columns: false },
  };
  test.each(Object.entries(looks))("%s", (_name, spoilt) => {
    const fields = read(CARD, spoilt);
    expect(valuesOf(fields)).toEqual(PLAIN);
    expect(fields.labels).toBe(13);
  });

  test("with its labels misread", () => {
    const labels = {
      NIK: "N1K",
      Nama: "Narna",
      "Tempat/Tgl Lahir": "Tempal/Tgi Lahlr",
      "Jenis Kelamin": "Jenls Kelarnin",
      Alamat: "Alarnat",
      "RT/RW": "RT/RW.",
      "Kel/Desa": "KelIDesa",
      Kecamatan: "Kecarnalan",
    };
    expect(valuesOf(read(changed({}, labels)))).toEqual(PLAIN);
  });

  test("whose colons are misread, joined to the words, or missing", () => {
    const values = {
      NIK: ":1571084107909001",
      Nama: ". SITI AMINAH",
      "Tempat/Tgl Lahir": "JAMBI, 01-07-1990",
      "Kel/Desa": "; HANDIL JAYA",
      Kecamatan: "-JELUTUNG",
    };
    expect(valuesOf(read(changed(values)))).toEqual(PLAIN);
  });

  test("whose labels and values were seen as one word", () => {
    const lines = CARD.map(([label, value]): readonly [string, string] =>
      label === "Nama" ? ["", ""] : label === "" ? [label, value] : [label, value],
    );
    const joined: Lines = lines.map((line, row) => (row === 3 ? ["Nama:SITI AMINAH", ""] : line));
    expect(valuesOf(read(joined))).toEqual(PLAIN);
  });
});

describe("the number", () => {
  const cases: Record<string, string> = {
    ": 1571084107909001": "1571084107909001",
    ": I57IO84IO79O9OOI": "1571084107909001",
    ": l57108 410790 9001": "1571084107909001",
    ": 157108A1079B9001": "1571084107989001",
    ": 1571084107909O0L": "1571084107909001",
    ": 1S71O84107909001": "1571084107909001",
  };
  test.each(Object.entries(cases))("%s", (typed, digits) => {
    expect(read(changed({ NIK: typed })).nik?.value).toBe(digits);
  });

  test("letters become digits only where digits stand", () => {
    expect(digitsFor("OIlSBZ")).toBe("011582");
    expect(read(changed({ Nama: ": BOIS ZULKIFLI" })).name?.value).toBe("BOIS ZULKIFLI");
  });
});

describe("the name", () => {
  const cases: Record<string, string> = {
    ": SUPARMAN": "SUPARMAN",
    ": S1TI AM1NAH": "SITI AMINAH",
    ": 5ITI AMINAH": "SITI AMINAH",
    ": MUH. YUSUF": "MUH. YUSUF",
    ": H. ABDUL RAHMAN, S.PD": "H. ABDUL RAHMAN, S.PD",
    ": NUR'AINI": "NUR'AINI",
    ": R0BBY": "ROBBY",
    ": SITI AMINAH —": "SITI AMINAH",
    ": SITI AMINAH _ .": "SITI AMINAH",
  };
  test.each(Object.entries(cases))("%s", (typed, name) => {
    expect(read(changed({ Nama: typed })).name?.value).toBe(name);
  });

  test("goes on in the next row", () => {
    const [head, rest] = [CARD.slice(0, 3), CARD.slice(4)];
    const lines: Lines = [...head, ["Nama", ": RADEN MAS SURYO"], ["", "KUSUMAATMADJA"], ...rest];
    expect(read(lines).name?.value).toBe("RADEN MAS SURYO KUSUMAATMADJA");
  });

  test("specks behind it, in which the reader itself does not believe, are left out", () => {
    const fields = read(changed({ Nama: ": SITI AMINAH S" }), { unsure: { S: 0.1 } });
    expect(fields.name).toEqual({ value: "SITI AMINAH", confidence: 0.95 });
  });

  test("is as sure as its least sure word", () => {
    expect(read(CARD, { unsure: { AMINAH: 0.4 } }).name?.confidence).toBe(0.4);
  });

  test("keeps nothing that is no name", () => {
    expect(asName(" - . ")).toBe("");
    expect(asName("*#7")).toBe("");
  });
});

describe("birth", () => {
  const cases: Record<string, readonly [place: string | null, date: string | null]> = {
    ": JAMBI, 01-07-1990": ["JAMBI", "1990-07-01"],
    ": MUARA BUNGO, 11-06-1988": ["MUARA BUNGO", "1988-06-11"],
    ": JAMBI 01-07-1990": ["JAMBI", "1990-07-01"],
    ": JAMBI. O1-O7-199O": ["JAMBI", "1990-07-01"],
    ": JAMBI, 0l-07-1990": ["JAMBI", "1990-07-01"],
    ": WONOGIRI, 07-09- 1986": ["WONOGIRI", "1986-09-07"],
    ": JAMBI, 31-02-1990": ["JAMBI", null],
    ": JAMBI, 01-13-1990": ["JAMBI", null],
    ": JAMBI, 01-07-199": ["JAMBI", null],
    ": JAMBI": ["JAMBI", null],
  };
  test.each(Object.entries(cases))("%s", (typed, [place, date]) => {
    const fields = read(changed({ "Tempat/Tgl Lahir": typed }));
    expect([fields.birth_place?.value ?? null, fields.birth_date?.value ?? null]).toEqual([place, date]);
  });
});

describe("sex", () => {
  const cases: Record<string, "F" | "M" | null> = {
    ": PEREMPUAN Gol. Darah : O": "F",
    ": LAKI-LAKI Gol. Darah : B": "M",
    ": LAKI-LAKI": "M",
    ": LAK1-LAKI GoI. Darah : -": "M",
    ": PEREMPLIAN": "F",
    ": PERE": null,
    ": LAKI": null,
  };
  test.each(Object.entries(cases))("%s", (typed, sex) => {
    expect(read(changed({ "Jenis Kelamin": typed })).sex?.value ?? null).toBe(sex);
  });
});

describe("address and region", () => {
  test("goes on in the next row, with RT and RW behind", () => {
    const at = CARD.findIndex(([label]) => label === "RT/RW");
    const lines: Lines = [...CARD.slice(0, at), ["", "LORONG BAHAGIA"], ...CARD.slice(at)];
    expect(read(lines).address?.value).toBe("JL. SLAMET RIYADI NO. 12 LORONG BAHAGIA, RT 004/RW 002");
  });

  test("without RT and RW where they cannot be read", () => {
    expect(read(changed({ "RT/RW": ": 0 4" })).address?.value).toBe("JL. SLAMET RIYADI NO. 12");
  });

  test("what stands far to the right belongs to the photograph's column", () => {
    const words = wordsOf(CARD);
    const row = words.find(({ text }) => text === "HANDIL");
    const box = { left: 1010, right: 1080, top: row?.box.top ?? 0, bottom: row?.box.bottom ?? 0 };
    const fields = fieldsOf(rowsOf([...words, { text: "JAMBI", confidence: 0.9, box, starts: true }]));
    expect(fields.village?.value).toBe("HANDIL JAYA");
  });

  test.each([
    ["KABUPATEN BATANG HARI", "KABUPATEN BATANG HARI"],
    ["KABUPAIEN TEBO", "KABUPATEN TEBO"],
    ["K0TA JAMBI", "KOTA JAMBI"],
  ])("%s", (typed, regency) => {
    const lines: Lines = CARD.map((line, row) => (row === 1 ? ["", typed] : line));
    expect(read(lines).regency?.value ?? null).toBe(regency);
  });
});

describe("what is no card", () => {
  test.each([
    ["nothing", []],
    [
      "a receipt",
      [
        ["TOKO", "MAJU"],
        ["Total", "Rp25.000"],
        ["Kembali", "Rp5.000"],
      ],
    ],
    [
      "noise",
      [
        ["|", ""],
        ["..", "_ -"],
        ["a", ""],
      ],
    ],
  ] as [string, Lines][])("%s has hardly a label", (_name, lines) => {
    const fields = read(lines);
    expect(fields.labels).toBeLessThan(3);
    expect(fields.nik).toBeNull();
  });
});
