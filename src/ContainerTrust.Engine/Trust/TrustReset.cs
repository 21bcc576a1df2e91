
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust;

/// <summary>Back to the distribution's default, as <c>atomic trust reset</c> did.</summary>
internal sealed class TrustReset
{
    // What is too large to be read as a policy can still be replaced.
    private const int LargestReplaced = 1 << 30;

    private readonly ITrustHost _host;
    private readonly TrustLocations _locations;
    private readonly TrustMessages _messages;

    public TrustReset(ITrustHost host, TrustLocations locations, TrustMessages messages)
    {
        _host = host;
        _locations = locations;
        _messages = messages;
    }

    public TrustEditResult Run(bool keepSignatureStores, bool preview, CancellationToken cancellationToken)
    {
        List<PlannedFile> plan = Plan(keepSignatureStores);
        List<string> warnings = keepSignatureStores ? [] : [.. Warnings()];
        if (preview)
            return new TrustEditResult([.. plan.Select(static f => f.ToChange())], []) { Warnings = warnings };
        if (plan.Count == 0)
        {
            _messages.Verbose("Everything is the distribution's default; nothing is written.");
            return new TrustEditResult([], []) { Warnings = warnings };
        }

        using PlanWriter writer = new(_host, _locations.PolicyPath, _locations.RegistriesDirectory, _messages, new TrustEditOptions().LockTimeout, cancellationToken);
        return new TrustEditResult(writer.Write(() => Plan(keepSignatureStores)), []) { Warnings = warnings };
    }

    private List<PlannedFile> Plan(bool keepSignatureStores)
    {
        List<PlannedFile> files = [];
        if (Policy() is { } policy)
            files.Add(policy);

        // Whose policy is reset, that one's registries.d goes along; another level's stays.
        if (!keepSignatureStores && _locations.AreOfOneLevel)
            files.AddRange(LookasideEditor.PlanReset(_host, _locations.RegistriesDirectory).Files.Select(static f => new PlannedFile(f.Path, f.Expected, f.NewContent)));
        return files;
    }

    private PlannedFile? Policy()
    {
        if (_locations.PolicyPath == TrustLocations.VendorPolicyPath)
            return null;
        HostFile? present = _host.TryReadFile(_locations.PolicyPath, LargestReplaced);

        // Writing "accept everything" as the user's own policy would override whatever the system's demands: it is deleted instead.
        if (_locations.IsUserPolicy)
            return present is null ? null : new PlannedFile(_locations.PolicyPath, present, null);
        ReadOnlyMemory<byte> text = _host.TryReadFile(TrustLocations.VendorPolicyPath, PolicyReader.MaxBytes)?.Content ?? DefaultPolicy.Text.ToArray();
        return present is not null && present.Content.Span.SequenceEqual(text.Span) ? null : new PlannedFile(_locations.PolicyPath, present, text);
    }

    private IEnumerable<string> Warnings()
    {
        if (!_locations.AreOfOneLevel)
        {
            yield return $"{_locations.RegistriesDirectory} does not belong to {_locations.PolicyPath} and is left alone. Name both to reset both.";
            yield break;
        }

        string path = $"{_locations.RegistriesDirectory}/default.yaml";
        if (_host.Exists(path) && Settings() is { } settings)
            yield return $"{path} stays, and {settings}. If that is not the distribution's, change it with Set-ImageTrust -Default, or by hand.";
    }

    private string? Settings()
    {
        try
        {
            PlannedHost alone = new(_host, _locations.RegistriesDirectory, new LookasideEdit(
                [.. _host.ListDirectory(_locations.RegistriesDirectory).Where(static n => n.EndsWith(".yaml", StringComparison.Ordinal) && n != "default.yaml").Select(n => new LookasideFileEdit($"{_locations.RegistriesDirectory}/{n}", null, null))], []));
            LookasideConfiguration configuration = LookasideConfiguration.Load(alone, _locations.RegistriesDirectory);
            string? store = configuration.Default?.Section.SignatureStore;
            return store is not null ? $"names {store} as the signature store of every registry"
                : configuration.Sections.Count > 0 ? $"has sections for {string.Join(", ", configuration.Sections.Keys)}"
                : null;
        }
        catch (TrustException e)
        {
            return $"is refused by podman and skopeo ({e.Message})";
        }
    }
}
