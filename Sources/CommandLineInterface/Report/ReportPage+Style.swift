extension ReportPage {
    static let style = """
        :root {
          color-scheme: light dark;
          --paper: #fafaf8; --surface: #fff; --ink: #1b1f24; --soft: #5a626c; --line: #e3e3de; --hover: #f4f4f0;
          --link: #1d5a9e; --focus: #1d5a9e;
          --use: #a8431a; --use-soft: #fbeee7; --unknown: #8a6200; --unknown-soft: #fbf3dc;
          --clear: #2c6e49; --clear-soft: #e9f4ed; --bar: #7d93ab; --bar-old: #c3b8a3; --bar-none: #d5d5cf;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #14171a; --surface: #1b1f23; --ink: #e4e7ea; --soft: #9aa3ad; --line: #2c3238; --hover: #20252a;
            --link: #86b7ec; --focus: #86b7ec;
            --use: #f0986c; --use-soft: #3a241a; --unknown: #dcb64f; --unknown-soft: #352c14;
            --clear: #7cc499; --clear-soft: #1b3024; --bar: #6f8aa6; --bar-old: #8a7d63; --bar-none: #444b52;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 1rem; }
        body {
          margin: 0 auto; padding: 0 1.5rem 4rem; max-width: 82rem; background: var(--paper); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
        }
        a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .15em; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
        .skip { position: absolute; left: -99em; }
        .skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--surface); z-index: 2; }
        .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        header { padding: 2.5rem 0 0; border-bottom: 1px solid var(--line); }
        .product { margin: 0; color: var(--soft); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
        h1 { margin: .1rem 0 .4rem; font-size: 2rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; }
        h2 { margin: 0 0 1rem; font-size: 1.25rem; line-height: 1.3; font-weight: 650; letter-spacing: -.005em; }
        h3 { margin: .8rem 0 .2rem; font-size: .8rem; font-weight: 600; color: var(--soft); }
        .meta { margin: 0 0 1.2rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: .15rem 1.4rem; }
        .meta b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
        nav { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; padding-bottom: .8rem; }
        nav a { color: var(--ink); text-decoration: none; padding: .2rem 0; border-bottom: 2px solid transparent; }
        nav a:hover { border-color: var(--link); }
        section { padding-top: 2.4rem; }
        .lead { margin: -.6rem 0 1rem; color: var(--soft); max-width: 48rem; }
        .omissions {
          margin: 0 0 1.2rem; padding: .8rem 1rem; background: var(--unknown-soft); border-left: 3px solid var(--unknown);
          border-radius: 0 6px 6px 0;
        }
        .omissions ul { margin: .2rem 0 0; padding-left: 1.2rem; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .8rem; margin: 0; }
        .tile {
          display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: .9rem 1rem 1rem;
          background: var(--surface); border: 1px solid var(--line); border-radius: 8px; position: relative;
        }
        .tile dd { margin: 0; font-size: 2rem; line-height: 1.15; font-weight: 650; font-variant-numeric: tabular-nums; }
        .tile dt { color: var(--soft); font-size: .87rem; line-height: 1.35; }
        .tile a { color: inherit; text-decoration: none; }
        .tile a::after { content: ""; position: absolute; inset: 0; }
        .tile:hover { border-color: var(--soft); }
        .tile.use dd { color: var(--use); } .tile.unknown dd { color: var(--unknown); } .tile.clear dd { color: var(--clear); }
        .charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .8rem; margin-top: .8rem; }
        figure { margin: 0; padding: 1rem 1.1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
        figcaption { margin-bottom: .8rem; font-size: .87rem; color: var(--soft); }
        svg { display: block; width: 100%; }
        .charts figure:first-child { grid-column: 1 / -1; }
        .bars { margin: 0; padding: 0; list-style: none; }
        .bars li { display: grid; grid-template-columns: max-content 1fr 3.5rem; gap: .8rem; align-items: center; line-height: 1.75; }
        .bars .bar { width: 100%; height: .55rem; margin: 0; transform: none; vertical-align: 0; }
        .bars b { text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; }
        .share { height: 1.75rem; border-radius: 4px; }
        rect.use, .dot.use { fill: var(--use); background: var(--use); }
        rect.unknown, .dot.unknown { fill: var(--unknown); background: var(--unknown); }
        rect.clear, .dot.clear { fill: var(--clear); background: var(--clear); }
        rect.gone, .dot.gone { fill: var(--bar-none); background: var(--bar-none); }
        .legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: .9rem 0 0; padding: 0; list-style: none; }
        .legend b { font-variant-numeric: tabular-nums; }
        .dot { display: inline-block; width: .65rem; height: .65rem; margin-right: .45rem; border-radius: 2px; }
        .columns { max-height: 9.5rem; }
        .columns text { font-size: 10.5px; fill: var(--soft); text-anchor: middle; }
        .columns .value { fill: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
        .columns .recent { fill: var(--bar); } .columns .old { fill: var(--bar-old); } .columns .none { fill: var(--bar-none); }
        .columns line { stroke: var(--line); }
        .scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
        table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .55rem .9rem; text-align: left; vertical-align: top; font-weight: 400; border-top: 1px solid var(--line); }
        thead th { border-top: 0; color: var(--soft); font-size: .82rem; white-space: nowrap; }
        thead button {
          all: unset; cursor: pointer; display: inline-flex; gap: .35em; padding: .1rem 0; border-radius: 3px;
        }
        thead button:hover { color: var(--ink); }
        thead button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
        thead button::after { content: "\\2195"; opacity: .35; }
        [aria-sort=ascending] button::after { content: "\\2191"; opacity: 1; }
        [aria-sort=descending] button::after { content: "\\2193"; opacity: 1; }
        [aria-sort] { color: var(--ink); }
        tbody tr:hover { background: var(--hover); }
        .number, [data-kind=number] { text-align: right; }
        td.number { white-space: nowrap; }
        tbody th { min-width: 15rem; }
        .name { display: block; font-weight: 600; overflow-wrap: anywhere; }
        .id { font: .86em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        .whole { display: inline-block; max-width: 100%; vertical-align: top; }
        .mark, .pill { display: inline-block; border-radius: 99px; font-size: .8rem; line-height: 1.4; white-space: nowrap; }
        .mark { padding: 0 .5rem; border: 1px solid var(--line); color: var(--soft); }
        .pill { padding: .05rem .6rem; font-weight: 600; }
        .pill::before { margin-right: .4em; font-size: .75em; vertical-align: .1em; }
        .pill.use { color: var(--use); background: var(--use-soft); } .pill.use::before { content: "\\25B2"; }
        .pill.unknown { color: var(--unknown); background: var(--unknown-soft); } .pill.unknown::before { content: "\\25C6"; }
        .pill.clear { color: var(--clear); background: var(--clear-soft); } .pill.clear::before { content: "\\25CF"; }
        .why { display: block; margin-top: .15rem; max-width: 26rem; color: var(--soft); font-size: .87rem; line-height: 1.4; }
        .age { color: var(--soft); font-size: .87rem; white-space: nowrap; }
        time { white-space: nowrap; }
        td .age { display: block; }
        .nothing, .none { color: var(--soft); }
        .none, .more { margin: 0; padding: .2rem 0; }
        .more { padding-top: .7rem; }
        .bar { display: inline-block; width: 5rem; height: .4rem; margin-right: .7rem; vertical-align: .12em; transform: scaleX(-1); }
        .bar rect { fill: var(--bar); }
        details { margin-top: .25rem; font-size: .92rem; }
        summary { cursor: pointer; color: var(--link); font-size: .87rem; width: fit-content; }
        details ul { margin: 0; padding-left: 1.1rem; }
        .controls { display: flex; flex-wrap: wrap; gap: .7rem 1.2rem; align-items: center; margin-bottom: .9rem; }
        .controls[hidden] { display: none; }
        .search { display: flex; flex: 1 1 16rem; align-items: center; gap: .6rem; max-width: 28rem; color: var(--soft); }
        input, select, .filters button {
          font: inherit; color: var(--ink); background: var(--surface); border: 1px solid var(--line); border-radius: 6px;
        }
        input { flex: 1; min-width: 0; padding: .4rem .7rem; }
        select { padding: .3rem .5rem; }
        .filters { display: flex; flex-wrap: wrap; gap: .35rem; }
        .filters button { padding: .3rem .75rem; cursor: pointer; }
        .filters button:hover { border-color: var(--soft); }
        .filters [aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
        .matches { margin: 0; color: var(--soft); font-size: .87rem; }
        .sorter { display: none; margin-bottom: .8rem; color: var(--soft); gap: .6rem; align-items: center; }
        .terms { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1.2rem; margin: 0; max-width: 52rem; }
        .terms dd { margin: 0; }
        #notes p { max-width: 52rem; color: var(--soft); }
        code { font: .9em ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        @media (max-width: 46rem) {
          body { padding: 0 1rem 3rem; }
          header { padding-top: 1.6rem; }
          h1 { font-size: 1.6rem; }
          .tiles { grid-template-columns: 1fr 1fr; gap: .6rem; }
          .charts { grid-template-columns: minmax(0, 1fr); }
          .tile:first-child, .tile:last-child:nth-child(even) { grid-column: 1 / -1; }
          .sorter { display: flex; }
          .scroll { overflow: visible; background: none; border: 0; border-radius: 0; }
          table, tbody, tr, tbody th, tbody td { display: block; width: auto; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          tbody tr { margin-bottom: .7rem; padding: .8rem .9rem; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
          tbody tr[hidden] { display: none; }
          tbody th, tbody td { padding: 0; border: 0; min-width: 0; text-align: left; }
          tbody .number { text-align: left; }
          tbody td { display: grid; grid-template-columns: 7.5rem 1fr; gap: 0 .6rem; margin-top: .4rem; white-space: normal; }
          tbody td::before { content: attr(data-label); grid-row: 1 / span 3; color: var(--soft); font-size: .87rem; }
          tbody td > * { grid-column: 2; justify-self: start; }
          td .age { display: inline; }
          .why { margin-top: 0; }
          td .bar { display: none; }
          .terms { grid-template-columns: 1fr; gap: .2rem; }
          .terms dd { margin-bottom: .8rem; }
        }
        @media print {
          body { max-width: none; padding: 0; font-size: 11px; background: #fff; }
          nav, .controls, .sorter, summary { display: none; }
          .scroll, figure, .tile { border-color: #ccc; }
          tr, figure { break-inside: avoid; }
        }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
        """
}
