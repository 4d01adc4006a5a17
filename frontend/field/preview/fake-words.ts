/** What the picture should show: `localStorage["preview"]` holds a comma list of these words. */
export const wants = new Set((localStorage.getItem("preview") ?? "").split(","));
export const NOW = Date.now();
export const MINUTE = 60_000;
export const agent = {
  id: "a1",
  code: "P-1501-0001",
  name: "Rahmawati Siregar",
  office: "Wadah Sejahtera (demo)",
  sub_branch: "KCP Muara Bulian (demo)",
};
export const branch = { id: 1501, name: "KC Jambi (demo)", timezone: "Asia/Jakarta", province: "15" };
