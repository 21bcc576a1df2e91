namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>How the HTML report looks: on a screen in light and dark, on a phone, and in print.</summary>
internal static class HtmlStyle
{
    public const string Text = """
        :root { color-scheme: light dark;
          --page: light-dark(#f5f6f8, #14171c); --panel: light-dark(#ffffff, #1d2128); --ink: light-dark(#1b1f26, #e6e9ee);
          --soft: light-dark(#5b6472, #9aa4b2);
          --line: light-dark(#dde1e7, #343b46); --link: light-dark(#0b57a4, #7db7f5); --code: light-dark(#eef1f5, #272d36);
          --ok: light-dark(#1a7f43, #4cc07c); --okbg: light-dark(#e5f5eb, #16301f); --err: light-dark(#b3261e, #ff8a80);
          --errbg: light-dark(#fbe6e4, #42201d);
          --warn: light-dark(#8a5a00, #f0b848); --warnbg: light-dark(#fdf1d8, #3a2c10); --info: light-dark(#2a5d9f, #8ab8f0);
          --infobg: light-dark(#e6eef9, #1b2b40);
          --nonebg: light-dark(#eceef1, #2a2f37); }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; background: var(--page); color: var(--ink);
        font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Red Hat Text", Roboto, "Liberation Sans", Arial, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 56px; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; margin: 0 0 4px; }
        section { margin-top: 36px; }
        a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
        .sub { color: var(--soft); margin: 4px 0 0; }
        .cards { display: grid; grid-template-columns: repeat(6, 1fr); gap: 12px; margin: 22px 0 14px; }
        .card { background: var(--panel); border: 1px solid var(--line); border-top: 3px solid var(--line); border-radius: 8px;
        padding: 10px 14px; }
        .card.ok { border-top-color: var(--ok); } .card.error { border-top-color: var(--err); }
        .card.warning { border-top-color: var(--warn); } .card.info { border-top-color: var(--info); }
        .card dt { color: var(--soft); font-size: .82rem; } .card dd { margin: 0; font-size: 1.75rem; line-height: 1.25; font-weight: 600;
        font-variant-numeric: tabular-nums; }
        .card dd.unit { font-size: .78rem; font-weight: 400; color: var(--soft); }
        .bar { display: flex; height: 10px; border-radius: 5px; overflow: hidden; background: var(--nonebg); gap: 2px; }
        .bar .ok { background: var(--ok); } .bar .error { background: var(--err); } .bar .none { background: var(--soft); }
        .legend { display: flex; flex-wrap: wrap; gap: 6px 18px; color: var(--soft); font-size: .82rem; margin: 10px 0; }
        .legend b { display: inline-block; min-width: 22px; text-align: center; border-radius: 4px; padding: 0 4px; margin-right: 2px; }
        .scroll { overflow: auto; width: fit-content; max-width: 100%; max-height: 78vh; background: var(--panel);
        border: 1px solid var(--line); border-radius: 8px; }
        .filter { margin: 28px 0 -8px; border: 1px solid var(--line); border-radius: 8px; padding: 6px 14px; color: var(--soft); }
        .filter label { margin-right: 14px; white-space: nowrap; color: var(--ink); }
        .controls td, .controls th { padding: 4px 10px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
        table { border-collapse: separate; border-spacing: 0; font-size: .86rem; }
        .matrix td { min-width: 34px; text-align: center; padding: 4px 2px; border-top: 1px solid var(--line);
        border-left: 1px solid var(--line); font-variant-numeric: tabular-nums; font-weight: 600; }
        .matrix thead th { position: sticky; top: 0; background: var(--panel); z-index: 2; vertical-align: bottom; padding: 8px 2px;
        font-weight: 600; }
        .matrix th.rule { border-left: 1px solid var(--line); height: 190px; }
        .matrix th.rule span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; font-size: .82rem; }
        .matrix th.rule a { color: var(--ink); display: inline-block; }
        .matrix th.host { position: sticky; left: 0; z-index: 1; background: var(--panel); text-align: left; padding: 4px 14px 4px 12px;
        font-weight: 500; min-width: 150px; max-width: 300px; overflow-wrap: anywhere; border-right: 1px solid var(--line); }
        .matrix thead th.host { z-index: 3; padding-bottom: 8px; }
        .matrix tbody th.host { border-top: 1px solid var(--line); border-left: 4px solid var(--err); }
        .matrix tbody th.host.ok { border-left-color: var(--ok); }
        td.e, b.e { background: var(--errbg); color: var(--err); } td.w, b.w { background: var(--warnbg); color: var(--warn); }
        td.i, b.i { background: var(--infobg); color: var(--info); }
        td.p, b.p { color: var(--ok); } b.p { background: var(--okbg); } .matrix td.p { font-weight: 400; }
        td.x, b.x, td.n, b.n { background: var(--nonebg); color: var(--soft); }
        details { background: var(--panel); border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 8px;
        margin-top: 8px; }
        details.e { border-left-color: var(--err); } details.w { border-left-color: var(--warn); }
        details.i { border-left-color: var(--info); } details.p { border-left-color: var(--ok); }
        details.n { border-left-color: var(--soft); }
        details:target, li:target { outline: 2px solid var(--link); outline-offset: 2px; }
        summary { cursor: pointer; padding: 9px 14px; display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline;
        list-style: none; }
        summary::-webkit-details-marker { display: none; }
        summary::before { content: "\25B8"; color: var(--soft); width: 10px; flex: none; }
        details[open] > summary::before { content: "\25BE"; }
        summary strong { overflow-wrap: anywhere; min-width: 0; } .what { color: var(--soft); }
        .count { margin-left: auto; color: var(--soft); font-size: .85rem; white-space: nowrap; }
        .tag { font-size: .74rem; font-weight: 600; border-radius: 4px; padding: 1px 7px; white-space: nowrap; }
        details > p, details > table { margin: 0 14px 12px 34px; } .rules th { text-align: left; }
        .rules th, .rules td { padding: 3px 18px 3px 0; vertical-align: top; }
        .found { list-style: none; margin: 0; padding: 0 14px 6px 34px; }
        .found li { padding: 8px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
        .found p { margin: 2px 0; white-space: pre-wrap; }
        .where { color: var(--soft); font-size: .86rem; } .where span { margin-right: 18px; } .on { color: var(--soft); font-size: .86rem; }
        code { font: .88em/1.4 ui-monospace, "Red Hat Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; background: var(--code);
        border-radius: 4px; padding: 1px 5px; overflow-wrap: anywhere; white-space: pre-wrap; }
        .fix { display: flex; gap: 8px; align-items: baseline; } .fix span { color: var(--soft); font-size: .86rem; flex: none; }
        details.hosts { border: 0; background: none; margin: 0; }
        details.hosts summary { padding: 2px 0; color: var(--link); font-size: .86rem; justify-content: flex-start; }
        details.hosts p { margin: 2px 0 4px; font-size: .86rem; }
        @media (max-width: 760px) {
          main { padding: 18px 12px 40px; } .cards { grid-template-columns: repeat(3, 1fr); gap: 8px; } .card { padding: 8px 10px; }
          .card dd { font-size: 1.4rem; } h1 { font-size: 1.4rem; }
          .found { padding-left: 14px; } details > p, details > table { margin-left: 14px; }
          .matrix th.host { min-width: 38vw; max-width: 44vw; padding: 4px 8px 4px 6px; font-size: .8rem; } .fix { display: block; }
          .what { flex-basis: 100%; order: 3; padding-left: 20px; }
        }
        @media print {
          :root { color-scheme: light; } @page { margin: 14mm; }
          body { background: #fff; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          main { max-width: none; padding: 0; }
          .scroll { overflow: visible; max-height: none; border: 0; } .matrix { font-size: 7.5pt; } .matrix td { min-width: 0; }
          .matrix th.host { min-width: 0; } .matrix thead th, .matrix th.host { position: static; } .matrix th.rule { height: auto; }
          tr, li, .card { break-inside: avoid; } h2, summary { break-after: avoid; }
          details::details-content { content-visibility: visible; display: block; height: auto; }
          summary::before { content: none !important; } a { color: inherit; }
        }

        """;
}
