using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>Trust files, JSON and YAML: what is taken can be written, and is then read as the same.</summary>
internal sealed class TrustFileTarget : FuzzTarget
{
    private const int RandomPolicies = 20;

    /// <inheritdoc/>
    public override string Name => "trustfile";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        "{", "}", "[", "]", ",", ":",
        "\"$schema\"", "\"entries\"", "\"default\"", "\"transport\"", "\"scope\"", "\"requirements\"",
        "\"signatureStore\"", "\"signatureStoreStaging\"", "\"useSigstoreAttachments\"", "true", "false",
        "yes", "null", "0x1F",
        "\"docker\"",
        "[{\"type\":\"reject\"}]", "\n  - ", "\n    ", "- default: true\n", "&a ", "*a", "!!str ", "---\n",
        "...\n", "# ", "'", "|\n", ">-\n",
        "\"\\ud800\"", "\ufeff", "\t", "\r\n");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        FuzzMaterial material = new();
        for (int seed = 1; seed <= RandomPolicies; seed++)
        {
            RandomPolicy random = new(seed);
            RandomPolicyContent policy = random.Policy();
            IEnumerable<ImageTrust> scopes = (policy.Transports ?? []).SelectMany(static t => t.Scopes.Select(s => new ImageTrust
            {
                ComputerName = "",
                Transport = t.Name,
                Registry = s.Name,
                Requirements = s.Requirements,
            }));
            ImageTrust[] entries = [new ImageTrust
            {
                ComputerName = "",
                Transport = "all",
                Registry = "default",
                IsDefault = true,
                Requirements = policy.Default,
                SignatureStore = "https://store.example.com/sigs",
            }, .. scopes];
            foreach (TrustFileFormat format in Enum.GetValues<TrustFileFormat>())
                material.Add(TrustFile.Write(entries, format, TrustMessages.None));
        }

        return material;
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        IReadOnlyList<ImageTrust> entries = TrustFile.Read(input, "trust.json");
        try
        {
            foreach (TrustFileFormat format in Enum.GetValues<TrustFileFormat>())
            {
                byte[] once = TrustFile.Write(entries, format, TrustMessages.None);
                byte[] again = TrustFile.Write(TrustFile.Read(once, "again"), format, TrustMessages.None);
                FuzzFinding.Unless(once.AsSpan().SequenceEqual(again), "What was read is not written as it was.");
            }
        }
        catch (TrustException e)
        {
            throw new FuzzFinding($"Entries of a good file cannot be written: {e}");
        }
    }
}
