// Sorting: tables in the order of a column, by a click on its head or by Enter.

/** The value of a cell by which its row is sorted: a number, or a text. */
function valueOf(cell) {
  const text = cell.textContent.trim();
  const number = Number(text.replaceAll(",", ""));
  return text === "" ? null : Number.isNaN(number) ? text : number;
}

/** Which of two values stands first: numbers before texts, and nothing at the end. */
function compared(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
  if (typeof one === "number") return sign * (one - other);
  return sign * one.localeCompare(other, "en", { numeric: true });
}

/** Sort the rows of a table by a column; the other way round where they are sorted so. */
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

/** Let the heads of a table sort it. */
function sortable(table) {
  for (const head of table.tHead.rows[0].cells) {
    const button = element("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => sort(table, head));
    head.append(button);
  }
}
