import { bilingual } from "./language";

export const practiceTexts = bilingual(
  {
    onlyExamples: "Latihan: jangan mengetik orang sungguhan. Pakai orang contoh.",
    fill: "Isi contoh",
    mark: "LATIHAN, TIDAK NYATA.",
  },
  {
    onlyExamples: "Practice: type no real person. Use an example.",
    fill: "Fill in an example",
    mark: "PRACTICE, NOT REAL.",
  },
);
