extension ReportPage {
    /// Sorting, searching and filtering. Reads the page and writes text alone, never markup.
    static let script = """
        "use strict";
        (function () {
          const value = (row, index, kind) => {
            const cell = row.cells[index];
            const text = cell.dataset.sort ?? cell.textContent.trim();
            return kind === "text" ? text.toLowerCase() : Number(text) || 0;
          };
          const order = new Intl.Collator("en", { numeric: true });

          function sort(table, index, descending) {
            const heads = table.tHead.rows[0].cells;
            const kind = heads[index].dataset.kind;
            const body = table.tBodies[0];
            const rows = Array.from(body.rows, (row, position) => ({ row, position, key: value(row, index, kind) }));
            const compare = kind === "text" ? order.compare : (a, b) => a - b;
            rows.sort((a, b) => (descending ? compare(b.key, a.key) : compare(a.key, b.key)) || a.position - b.position);
            body.append(...rows.map((entry) => entry.row));
            for (const head of heads) head.removeAttribute("aria-sort");
            heads[index].setAttribute("aria-sort", descending ? "descending" : "ascending");
            const sorter = table.sorter;
            if (sorter) sorter.value = index + (descending ? "-" : "+");
          }

          for (const table of document.querySelectorAll("table")) {
            const label = document.createElement("label");
            label.className = "sorter";
            const select = document.createElement("select");
            select.append(new Option("as listed", ""));
            Array.from(table.tHead.rows[0].cells).forEach((head, index) => {
              const name = head.textContent;
              const button = document.createElement("button");
              button.type = "button";
              button.textContent = name;
              // Numbers and times are looked at from the largest on.
              const first = head.dataset.kind !== "text";
              button.addEventListener("click", () => {
                const now = head.getAttribute("aria-sort");
                sort(table, index, now ? now === "ascending" : first);
              });
              head.replaceChildren(button);
              const words = { text: ["A to Z", "Z to A"], number: ["fewest first", "most first"], count: ["fewest first", "most first"], time: ["oldest first", "newest first"] };
              words[head.dataset.kind].forEach((text, way) => select.append(new Option(name + ", " + text, index + "+-"[way])));
            });
            select.addEventListener("change", () => {
              if (select.value) sort(table, parseInt(select.value, 10), select.value.endsWith("-"));
            });
            label.append("Sort by ", select);
            table.sorter = select;
            table.parentElement.before(label);
          }

          const section = document.getElementById("images");
          const controls = section.querySelector(".controls");
          const rows = Array.from(section.querySelectorAll("tbody tr"), (row) => ({
            row, text: row.textContent.toLowerCase(), tags: row.dataset.tags.split(" "),
          }));
          const field = controls.querySelector("input");
          const buttons = Array.from(controls.querySelectorAll("[data-filter]"));
          const matches = controls.querySelector(".matches");

          function filter() {
            const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
            const tag = buttons.find((button) => button.getAttribute("aria-pressed") === "true").dataset.filter;
            let count = 0;
            for (const { row, text, tags } of rows) {
              const shown = (!tag || tags.includes(tag)) && words.every((word) => text.includes(word));
              row.hidden = !shown;
              if (shown) count += 1;
            }
            matches.textContent = count === rows.length ? rows.length + " images" : count + " of " + rows.length + " images";
          }

          function choose(tag) {
            for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.filter === tag));
            filter();
          }

          field.addEventListener("input", filter);
          for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.filter));
          const tiles = { unknown: "unknown", clear: "clear" };
          for (const link of document.querySelectorAll('.tile a[href="#images"]')) {
            const tile = link.closest(".tile");
            link.addEventListener("click", () => choose(tiles[Array.from(tile.classList).find((name) => tiles[name])] ?? ""));
          }
          document.addEventListener("keydown", (event) => {
            if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
              event.preventDefault();
              field.focus();
            }
          });
          controls.hidden = false;
          filter();
        })();
        """
}
