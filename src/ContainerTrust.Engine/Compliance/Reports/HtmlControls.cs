using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using ContainerTrust.Engine.Compliance.Controls;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>What the HTML report says of controls: those of each framework, and the choice of one framework.</summary>
internal static class HtmlControls
{
    /// <summary>Hides rules that are no evidence for the chosen framework; no script is needed.</summary>
    public static string Style => string.Concat(ControlFrameworks.All.Select(static f => string.Create(CultureInfo.InvariantCulture,
        $"main:has(#only-{f.ShortName}:checked) :is(#findings > details, .rules tr, #controls > details)"
            + $":not(.{f.ShortName}):not(.head) {{ display: none; }}\n")));

    /// <summary>The classes of what is shown for a rule.</summary>
    public static string Classes(string rule) => string.Join(' ', ControlFrameworks.OfRule(rule)
        .Select(static c => ControlFrameworks.Find(c.Profile).ShortName).Distinct());

    /// <summary>The controls that a rule is evidence for, as markup.</summary>
    public static string OfRule(string rule) => string.Join("; ", ControlFrameworks.OfRule(rule).GroupBy(static c => c.Profile)
        .Select(static g => $"{Text(g.Key)}: {string.Join(", ", g.Select(static c => Text(c.Id)))}"));

    /// <summary>The choice of a framework.</summary>
    public static string Filter()
    {
        StringBuilder html = new();
        html.Append("<fieldset class=\"filter\"><legend>Rules and controls of</legend><label><input type=\"radio\" name=\"only\" "
            + "id=\"only-all\" checked> all</label>");
        foreach (ControlFramework framework in ControlFrameworks.All)
        {
            html.Append(CultureInfo.InvariantCulture, $" <label><input type=\"radio\" name=\"only\" id=\"only-{framework.ShortName}\"> ")
                .Append(Text(framework.Profile)).Append("</label>");
        }

        return html.Append("</fieldset>\n").ToString();
    }

    /// <summary>Each framework's controls, and on how many hosts they are met.</summary>
    public static string Section(ComplianceReport report)
    {
        StringBuilder html = new("<section id=\"controls\">\n<h2>Controls</h2>\n<p class=\"sub\">Met is said only where every rule "
            + "that is mapped to the control was checked and nothing speaks against it.</p>\n");
        AuditedRules[] hosts = [.. report.Hosts.Select(static h => new AuditedRules(h))];
        foreach (ControlFramework framework in ControlFrameworks.All)
        {
            bool isAsked = report.Hosts.Any(h => h.Profile == framework.Profile);
            html.Append(CultureInfo.InvariantCulture,
                $"<details class=\"{framework.ShortName}\"{(isAsked ? " open" : "")}><summary><strong>")
                .Append(Text(framework.Name)).Append("</strong> <span class=\"what\">").Append(Text(framework.Version))
                .Append("</span></summary>\n<div class=\"scroll\"><table class=\"controls\"><thead><tr><th scope=\"col\">Control</th>"
                    + "<th scope=\"col\">Met</th><th scope=\"col\">Not met</th><th scope=\"col\">Needs review</th>"
                    + "<th scope=\"col\">Not checked</th><th scope=\"col\">What it asks for</th></tr></thead><tbody>\n");
            foreach (Control control in framework.Controls)
                Row(html, control, [.. hosts.Select(h => h.StateOf(control))], report.Unchecked.Count);
            html.Append("</tbody></table></div></details>\n");
        }

        return html.Append("</section>\n").ToString();
    }

    private static void Row(StringBuilder html, Control control, ControlState[] states, int uncheckedHosts)
    {
        html.Append("<tr><th scope=\"row\"><code>").Append(Text(control.Id)).Append("</code></th>");
        Cell(html, "p", states.Count(static s => s == ControlState.Met));
        Cell(html, "e", states.Count(static s => s == ControlState.NotMet));
        Cell(html, "w", states.Count(static s => s == ControlState.NeedsReview));
        Cell(html, "n", states.Count(static s => s == ControlState.NotChecked) + uncheckedHosts);
        html.Append("<td>").Append(Text(control.Title));
        if (control.OtherIds.Count > 0)
            html.Append("<br><span class=\"sub\">").Append(Text(string.Join(", ", control.OtherIds))).Append("</span>");
        if (control.Remark is not null)
            html.Append("<br><span class=\"sub\">").Append(Text(control.Remark)).Append("</span>");
        html.Append("</td></tr>\n");
    }

    private static void Cell(StringBuilder html, string style, int count) =>
        html.Append(CultureInfo.InvariantCulture, $"<td class=\"{(count > 0 ? style : "")}\">{(count > 0 ? count : "")}</td>");

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
