// Sorting: tables by a column, on a click on its head or on Enter.

/** The value of a cell that sorts its row: a number or a text; null if empty. */
function valueOf(cell) {
  const text = cell.textContent.trim();
  const number = Number(text.replaceAll(",", ""));
  return text === "" ? null : Number.isNaN(number) ? text : number;
}

/** The order of two values: numbers before texts, empty cells last. */
function compared(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  if (typeof one === "number") return sign * (one - other);
  return sign * one.localeCompare(other, "en", { numeric: true });
}

/** Sort the rows of a table by a column; in descending order if it is sorted already. */
function sort(table, head) {
  const ascending = head.getAttribute("aria-sort") !== "ascending";
  const column = [...head.parentElement.children].indexOf(head);
  for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [valueOf(row.cells[column]), row]);
  rows.sort(([one], [other]) => compared(one, other, ascending ? 1 : -1));
  body.append(...rows.map(([, row]) => row));
}

/** Make the heads of a table buttons that sort it. */
function sortable(table) {
  for (const head of table.tHead.rows[0].cells) {
    const button = element("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => sort(table, head));
    head.append(button);
  }
}
