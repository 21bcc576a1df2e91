using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>policy.json: read, changed in place, and read again.</summary>
internal sealed class PolicyTarget : FuzzTarget
{
    private const int RandomPolicies = 40;
    private const string Scope = "registry.example.com/fuzz";

    /// <inheritdoc/>
    public override string Name => "policy";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        "{", "}", "[", "]", ",", ":", "\"default\"", "\"transports\"", "\"docker\"", "\"docker-daemon\"", "\"dir\"", "\"atomic\"",
        "\"containers-storage\"", "\"\"", "\"type\"",
        "\"reject\"", "\"insecureAcceptAnything\"", "\"signedBy\"", "\"sigstoreSigned\"", "\"signedBaseLayer\"", "\"keyType\"",
        "\"GPGKeys\"", "\"keyPath\"", "\"keyPaths\"", "\"keyData\"",
        "\"keyDatas\"", "\"signedIdentity\"", "\"matchExact\"", "\"matchRepoDigestOrExact\"", "\"matchRepository\"", "\"exactReference\"",
        "\"dockerReference\"", "\"exactRepository\"",
        "\"dockerRepository\"", "\"remapIdentity\"", "\"prefix\"", "\"signedPrefix\"", "\"fulcio\"", "\"caPath\"", "\"caData\"",
        "\"oidcIssuer\"", "\"subjectEmail\"", "\"rekorPublicKeyPath\"",
        "\"rekorPublicKeyData\"", "\"pki\"", "\"caRootsPath\"", "\"caIntermediatesPath\"", "\"subjectHostname\"", "\"baseLayerIdentity\"",
        "[{\"type\":\"reject\"}]", "\\u0000", "\\ud83d\\ude00",
        "null", "true", "0", "1e9", "\"/k\"", "\"*.example.com\"", "\r\n", "\t", "YQ==");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        FuzzMaterial material = new();
        for (int seed = 1; seed <= RandomPolicies; seed++)
        {
            RandomPolicy random = new(seed);
            material.Add(random.Write(random.Policy()));
        }

        return material
            .Add("""{"default":[{"type":"reject"}]}""")
            .Add(Corpus.Where(static path => path.EndsWith("policy.json", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        PolicyDocument policy = PolicyReader.Read(input, "policy.json");
        CheckLists(policy);
        Edit(input, static editor => editor.SetScope("docker", Scope, [new RejectRequirement()]), static after =>
            after.FindTransport("docker")?.Find(Scope) is [RejectRequirement]);
        Edit(input, static editor => editor.SetDefault([new AcceptRequirement()]), static after => after.Default is [AcceptRequirement]);
        foreach (PolicyTransport transport in policy.Transports.Where(static t => t.Scopes.Count > 0))
        {
            string scope = transport.Scopes[^1].Name;
            Edit(input, editor => editor.RemoveScope(transport.Name, scope), after =>
                after.FindTransport(transport.Name)?.Find(scope) is null);
            Edit(input, editor => editor.SetScope(transport.Name, scope, [new RejectRequirement(), new AcceptRequirement()]), after =>
                after.FindTransport(transport.Name)?.Find(scope)?.Count == 2);
            break;
        }
    }

    private static void CheckLists(PolicyDocument policy)
    {
        IEnumerable<IReadOnlyList<TrustRequirement>> lists = policy.Transports.SelectMany(static t => t.Scopes).Select(static s =>
            s.Requirements).Prepend(policy.Default);
        foreach (IReadOnlyList<TrustRequirement> list in lists.Take(20))
        {
            FuzzFinding.Unless(list.Count > 0, "A list of requirements is empty.");
            IReadOnlyList<TrustRequirement> again = PolicyReader.ReadRequirements(RequirementWriter.ToCompactJson(list), "again");
            FuzzFinding.Unless(RequirementWriter.MeansSame(list, again), "Requirements that are written again read otherwise.");
        }
    }

    // A policy that could be read can be changed.
    private static void Edit(byte[] input, Func<PolicyEditor, bool> change, Func<PolicyDocument, bool> isDone)
    {
        try
        {
            PolicyEditor editor = new(input, "policy.json");
            bool hasChanged = change(editor);
            byte[] bytes = editor.ToBytes();
            FuzzFinding.Unless(hasChanged || bytes.AsSpan().SequenceEqual(input), "Nothing was changed, and the text is another.");
            FuzzFinding.Unless(isDone(PolicyReader.Read(bytes, "policy.json")), "A change is not in the new text.");
        }
        catch (TrustException e)
        {
            throw new FuzzFinding($"A good policy cannot be changed: {e}");
        }
    }
}
