using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.DesiredState;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>What Microsoft DSC gives the resources: what is taken is said in one printable line, which is then read as the same.</summary>
internal sealed class DesiredStateTarget : FuzzTarget
{
    private const int RandomPolicies = 20;

    /// <inheritdoc/>
    public override string Name => "desiredstate";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        "{", "}", "[", "]", ",", ":",
        "\"root\"", "\"default\"", "\"transport\"", "\"scope\"", "\"requirements\"", "\"signatureStore\"", "\"signatureStoreStaging\"",
        "\"useSigstoreAttachments\"", "\"_exist\"", "\"_purge\"", "\"_inDesiredState\"", "\"entries\"", "\"baseline\"", "\"excludeRules\"",
        "\"minimumSeverity\"", "\"expiringWithinDays\"", "true", "false", "null", "1e999", "-0", "\"/\"", "\"docker\"", "\"*\"",
        "[{\"type\":\"reject\"}]", "\"https://me:secret@s.example.com\"", "\"\\ud800\"", "\"\\u0000\"", "\"\\u202e\"", "\ufeff");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        FuzzMaterial material = new();
        material.Add("""{"root":"/mnt","baseline":["/b"],"excludeRules":["File*"],"minimumSeverity":"error","expiringWithinDays":7.5}""");
        material.Add("""{"default":true,"requirements":[{"type":"reject"}],"signatureStore":"https://s.example.com"}""");
        material.Add("""{"transport":"docker","scope":"a.example.com","_exist":false,"useSigstoreAttachments":true}""");
        for (int seed = 1; seed <= RandomPolicies; seed++)
        {
            RandomPolicy random = new(seed);
            string requirements = Encoding.UTF8.GetString(RequirementWriter.ToCompactJson(random.Requirements()));
            material.Add($"{{\"scope\":\"a{seed}.example.com\",\"requirements\":{requirements}}}");
            material.Add($"{{\"_purge\":true,\"entries\":[{{\"default\":true,\"requirements\":{requirements}}}]}}");
        }

        return material;
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        List<TrustException> refused = [];
        Attempt(refused, () =>
        {
            string once = StateInput.Read(input, ScopeState.Read).ToLine();
            Check(once, StateInput.Read(Encoding.UTF8.GetBytes(once), ScopeState.Read).ToLine());
        });
        Attempt(refused, () =>
        {
            PolicyState state = StateInput.Read(input, PolicyState.Read);
            if (state.Entries is null)
                return;
            string once = state.ToLine();
            Check(once, StateInput.Read(Encoding.UTF8.GetBytes(once), PolicyState.Read).ToLine());
        });
        Attempt(refused, () => StateInput.Read(input, ComplianceState.Read));

        // No input but an empty object, or one with a root alone, is meant for all of them.
        if (refused.Count == 3)
            throw refused[0];
    }

    private static void Check(string once, string again)
    {
        FuzzFinding.Unless(once == again, "What was read is not said as it was.");
        FuzzFinding.Unless(once.IndexOf('\n', StringComparison.Ordinal) == once.Length - 1, "A state is not one line.");
        FuzzFinding.Unless(
            !once[..^1].Any(static c => char.IsControl(c) || c is >= '\u2028' and <= '\u202E'), "A state has what a terminal acts on.");
    }

    private static void Attempt(List<TrustException> refused, Action action)
    {
        try
        {
            action();
        }
        catch (TrustException e)
        {
            refused.Add(e);
        }
    }
}
