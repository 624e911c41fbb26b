/** Of the page and of paper: light, A4, one column of text with figures beside each other. */
export const PAGE_STYLE = `
@page { size: A4; margin: 18mm 17mm 20mm; }
* { box-sizing: border-box; }
html { color: #181818; background: #fff; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
body { margin: 0 auto; padding: 40px 32px 80px; max-width: 960px; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 600; margin: 0 0 4px; }
h2 { font-size: 21px; line-height: 1.25; font-weight: 600; margin: 44px 0 8px; break-after: avoid; }
h3 { font-size: 15px; font-weight: 600; margin: 24px 0 6px; break-after: avoid; }
p { margin: 0 0 12px; max-width: 72ch; orphans: 3; widows: 3; }
.muted, figcaption, caption { color: #525252; }
.meta { font-size: 13px; margin-bottom: 28px; }
.headline { font-size: 20px; line-height: 1.45; max-width: 60ch; margin: 0 0 16px; }
.cautions { margin: 0 0 12px; padding: 0 0 0 20px; max-width: 72ch; }
.cautions li { margin-bottom: 6px; }
.blind { border: 2px solid #181818; padding: 8px 12px; font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 28px; margin: 12px 0; }
.figures > .wide { grid-column: 1 / -1; }
figure { margin: 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; margin: 8px 0 16px; max-width: 100%; }
caption { text-align: left; font-size: 13px; padding-bottom: 6px; }
th, td { padding: 3px 14px 3px 0; text-align: left; vertical-align: top; border-bottom: 1px solid #dedede; }
thead th { border-bottom: 1px solid #181818; font-weight: 600; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
td.n, th.n { text-align: right; padding-right: 0; padding-left: 14px; white-space: nowrap; }
.n + td:not(.n), .n + th:not(.n) { padding-left: 18px; }
.scroll { overflow-x: auto; }
.pictures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 16px; margin: 8px 0 20px; }
.picture { break-inside: avoid; font-size: 12px; line-height: 1.35; }
.picture .mat { background: #ededed; height: 190px; display: flex; align-items: center; justify-content: center; margin-bottom: 6px; }
.picture img { max-width: 100%; max-height: 190px; display: block; }
.picture .prompt { display: block; margin-bottom: 2px; overflow-wrap: anywhere; }
.picture .scores { color: #525252; display: block; font-variant-numeric: tabular-nums; }
.picture .scores b { color: #181818; font-weight: 600; }
.methods p { max-width: 76ch; font-size: 14px; overflow-wrap: anywhere; }
.methods dt { font-family: ui-monospace, "Liberation Mono", monospace; font-size: 12px; margin-top: 8px; }
.methods dd { margin: 0; font-size: 13px; max-width: 80ch; }
@media (max-width: 640px) { .figures, .pictures { grid-template-columns: minmax(0, 1fr); } body { padding: 20px 14px; } }
@media print {
  html { font-size: 10pt; }
  body { padding: 0; max-width: none; }
  h1 { font-size: 20pt; } h2 { font-size: 14pt; margin-top: 20pt; } h3 { font-size: 10.5pt; }
  .headline { font-size: 13pt; }
  .cautions, p, .methods p, .methods dd { max-width: none; }
  table, .methods p, caption { font-size: 8.5pt; }
  .methods dd { font-size: 8pt; } .methods dt { font-size: 7.5pt; }
  .picture { font-size: 7.5pt; } .picture .mat { height: 38mm; } .picture img { max-height: 38mm; }
  .scroll { overflow: visible; }
}
`
