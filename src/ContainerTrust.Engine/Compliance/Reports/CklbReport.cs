using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Compliance.Controls;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>
/// One host's result as a checklist of STIG Viewer 3 (CKLB 1.0). It has only the benchmark's rules that are about which images are trusted,
/// and none of the benchmark's own texts: STIG Viewer and STIG Manager merge it into their own copy.
/// </summary>
internal static class CklbReport
{
    public static byte[] Write(string name, ImageTrustCompliance host, string title)
    {
        string target = PrintableText.Line(name);
        ArrayBufferWriter<byte> buffer = new(4096);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions
            { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("title"u8, PrintableText.Line(title));
            json.WriteString("id"u8, Guid.NewGuid());
            json.WriteString("cklb_version"u8, "1.0");
            json.WriteBoolean("active"u8, false);
            json.WriteNumber("mode"u8, 2);
            json.WriteBoolean("has_path"u8, true);
            Target(json, target);
            json.WriteStartArray("stigs"u8);
            Stig(json, host);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetBytes(PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n");
    }

    private static void Target(Utf8JsonWriter json, string target)
    {
        json.WriteStartObject("target_data"u8);
        json.WriteString("target_type"u8, "Computing");
        json.WriteString("host_name"u8, target);
        json.WriteString("ip_address"u8, StigBenchmark.IsAddress(target) ? target : "");
        json.WriteString("mac_address"u8, "");
        json.WriteString("fqdn"u8, StigBenchmark.DomainName(target) ?? "");
        json.WriteString("comments"u8, "");
        json.WriteString("role"u8, "None");
        json.WriteBoolean("is_web_database"u8, false);
        json.WriteString("technology_area"u8, "");
        json.WriteString("web_db_site"u8, "");
        json.WriteString("web_db_instance"u8, "");
        json.WriteEndObject();
    }

    private static void Stig(Utf8JsonWriter json, ImageTrustCompliance host)
    {
        Guid stig = Guid.NewGuid();
        json.WriteStartObject();
        json.WriteString("stig_name"u8, StigBenchmark.Title);
        json.WriteString("display_name"u8, StigBenchmark.ShortTitle);
        json.WriteString("stig_id"u8, StigBenchmark.Id);
        json.WriteString("release_info"u8, StigBenchmark.ReleaseInfo);
        json.WriteString("uuid"u8, stig);
        json.WriteString("reference_identifier"u8, StigBenchmark.Reference);
        json.WriteNumber("size"u8, StigBenchmark.RuleCount);
        json.WriteStartArray("rules"u8);
        foreach (Control control in ControlFrameworks.Stig.Controls.Where(static c => c.Stig is not null))
            Rule(json, ControlResult.Of(control, host), stig);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Rule(Utf8JsonWriter json, ControlResult result, Guid stig)
    {
        StigItem item = result.Control.Stig!;
        json.WriteStartObject();
        json.WriteString("uuid"u8, Guid.NewGuid());
        json.WriteString("stig_uuid"u8, stig);
        json.WriteString("group_id"u8, result.Control.Id);
        json.WriteString("group_id_src"u8, result.Control.Id);
        json.WriteString("rule_id"u8, item.RuleId[..item.RuleId.LastIndexOf('_')]);
        json.WriteString("rule_id_src"u8, item.RuleId);
        json.WriteString("rule_version"u8, item.RuleVersion);
        json.WriteString("rule_title"u8, result.Control.Title + ".");
        json.WriteString("group_title"u8, item.GroupTitle);
        json.WriteString("reference_identifier"u8, StigBenchmark.Reference);
        json.WriteString("severity"u8, StigBenchmark.Severity);
        json.WriteString("weight"u8, "10.0");
        foreach (string member in (string[])["fix_text", "discussion", "check_content", "false_positives", "false_negatives", "mitigations",
            "potential_impacts", "third_party_tools", "mitigation_control", "responsibility", "security_override_guidance", "ia_controls"])
            json.WriteString(member, "");
        json.WriteString("documentable"u8, "false");
        json.WriteStartArray("legacy_ids"u8);
        json.WriteEndArray();
        json.WriteStartArray("ccis"u8);
        foreach (string cci in item.Ccis)
            json.WriteStringValue(cci);
        json.WriteEndArray();
        json.WriteStartArray("group_tree"u8);
        json.WriteStartObject();
        json.WriteString("id"u8, result.Control.Id);
        json.WriteString("title"u8, item.GroupTitle);
        json.WriteString("description"u8, "");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("status"u8, Word(result.State));
        json.WriteStartObject("overrides"u8);
        json.WriteEndObject();
        json.WriteString("comments"u8, "");
        json.WriteString("finding_details"u8, "ContainerTrust:\n" + PrintableText.Lines(result.Details));
        json.WriteEndObject();
    }

    // What could not be checked is not reviewed: a checklist has no other word for it.
    private static string Word(ControlState state) => state switch
    {
        ControlState.Met => "not_a_finding",
        ControlState.NotMet => "open",
        _ => "not_reviewed",
    };
}
