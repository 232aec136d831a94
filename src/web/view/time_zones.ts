/** The choice of a time zone. */

// What the Unicode data still lists by an older name (tz database, file "backward").
const RENAMED: Record<string, string> = {
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Truk": "Pacific/Chuuk",
};

/** Promises every time zone as an option of a select: UTC first, `chosen` among them whatever it is called. */
export function timeZoneOptions(
  chosen: string,
): { value: string; label: string }[] {
  const names = new Set(
    Intl.supportedValuesOf("timeZone").map((name) => RENAMED[name] ?? name),
  );
  names.add(chosen);
  names.delete("UTC");
  return ["UTC", ...[...names].sort()]
    .map((value) => ({ value, label: value.replaceAll("_", " ") }));
}
