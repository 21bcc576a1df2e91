using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>
/// Makes ClusterImagePolicy and ImagePolicy documents (OpenShift, config.openshift.io/v1) of entries. Every document is valid by the
/// schemas of those resources, and demands what its entries demand, no less and no more; what cannot be expressed so is refused.
/// </summary>
public sealed class ImagePolicyConverter
{
    private readonly ImagePolicyOptions _options;
    private readonly TrustMessages _messages;
    private readonly PolicyBodyReader _reader;
    private readonly string _kind;
    private readonly ImagePolicyTarget _target;

    /// <summary>Prepares a conversion.</summary>
    /// <param name="host">The host whose files the entries name. Nothing else of it is looked at.</param>
    /// <param name="options">What documents shall be made.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <exception cref="TrustException">
    /// The name or the namespace is not possible (<c>InvalidName</c>, <c>ReservedName</c>, <c>InvalidNamespace</c>), or the version is
    /// not one that has such resources (<c>UnknownOpenShiftVersion</c>, <c>OpenShiftWithoutImagePolicies</c>).
    /// </exception>
    public ImagePolicyConverter(ITrustHost host, ImagePolicyOptions options, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        if (options.Name is not null)
            PolicyNames.RequireName(options.Name);
        if (options.Namespace is not null)
            PolicyNames.RequireNamespace(options.Namespace);
        _options = options;
        _messages = messages;
        _kind = options.Namespace is null ? "ClusterImagePolicy" : "ImagePolicy";
        _target = ImagePolicyVersions.For(options.OpenShiftVersion);
        _reader = new PolicyBodyReader(host, _kind, _target);
    }

    /// <summary>Converts entries.</summary>
    /// <param name="entries">Entries, all that shall become policies: scopes that are nested in each other are looked at together.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The documents, and why other entries have none.</returns>
    /// <exception cref="TrustException">
    /// With <see cref="ImagePolicyOptions.Name"/>: the entries demand different things (<c>PoliciesDiffer</c>), or are too many
    /// (<c>TooManyScopes</c>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public ImagePolicyConversion Convert(IReadOnlyList<ImageTrust> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        List<(ImageTrust Entry, TrustException Error)> refused = [];
        List<(ImageTrust Entry, PolicyBody Body)> read = [];
        foreach (ImageTrust entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                read.Add((entry, _reader.Read(entry)));
            }
            catch (TrustException e)
            {
                refused.Add((entry, e));
            }
        }

        List<(string Scope, PolicyBody Body)> policies = EachScopeOnce(read, refused);
        IReadOnlyList<ImagePolicyDocument> documents = _options.Name is { } name
            ? Together(name, policies)
            : [.. policies.Select(p => Document(PolicyNames.FromScope(p.Scope), [p.Scope], p.Body))];
        WarnOfVersion(documents);
        foreach ((string scope, _) in policies)
            WarnOf(scope);
        WarnOfNested(policies, refused);
        return new ImagePolicyConversion(documents, [.. refused.Select(static r => r.Error)]);
    }

    // Of two policies with one scope a cluster demands both, which no single host does that the entries come from.
    private List<(string Scope, PolicyBody Body)> EachScopeOnce(List<(ImageTrust Entry, PolicyBody Body)> read,
        List<(ImageTrust Entry, TrustException Error)> refused)
    {
        List<(string Scope, PolicyBody Body)> policies = [];
        foreach (IGrouping<string, (ImageTrust Entry, PolicyBody Body)> group in read.GroupBy(static r => r.Entry.Registry))
        {
            (ImageTrust first, PolicyBody body) = group.First();
            if (group.FirstOrDefault(r => r.Body != body).Entry is { } other)
            {
                refused.Add((first, new TrustException(
                    "ScopeConflict",
                    TrustErrorKind.InvalidArgument,
                    $"There are several entries for '{group.Key}', which demand different things (those of {first.ComputerName} and " +
                    $"{other.ComputerName}), and a cluster would demand all of it. Choose one of them.")
                {
                    Target = group.Key,
                }));
                continue;
            }

            if (group.Count() > 1)
                _messages.Verbose($"There are {group.Count()} entries for '{group.Key}', which demand the same; they become one policy.");
            policies.Add((group.Key, body));
        }

        return policies;
    }

    private ImagePolicyDocument[] Together(string name, List<(string Scope, PolicyBody Body)> policies)
    {
        if (policies.Count == 0)
            return [];
        if (policies.FirstOrDefault(p => p.Body != policies[0].Body).Scope is { } other)
        {
            throw new TrustException(
                "PoliciesDiffer",
                TrustErrorKind.InvalidArgument,
                $"'{policies[0].Scope}' and '{other}' demand different things, so they cannot be one policy '{name}'. " +
                $"Leave out {TrustOption.PolicyName}, or convert them one by one.")
            {
                Target = other,
            };
        }

        return policies.Count > ImagePolicyScopes.MaxScopes
            ? throw new TrustException(
                "TooManyScopes",
                TrustErrorKind.LimitsExceeded,
                $"A {_kind} has at most {ImagePolicyScopes.MaxScopes} scopes, and here are {policies.Count}. " +
                "Convert them in several parts.")
            {
                Target = name,
            }
            : [Document(name, [.. policies.Select(static p => p.Scope)], policies[0].Body)];
    }

    private ImagePolicyDocument Document(string name, string[] scopes, PolicyBody body)
    {
        _messages.Verbose($"{_kind} {name}: {body.RootOfTrust.PolicyType} for {string.Join(", ", scopes)}.");
        return new ImagePolicyDocument
        {
            Kind = _kind,
            Name = name,
            Namespace = _options.Namespace,
            Scopes = scopes,
            PolicyType = body.RootOfTrust.PolicyType,
            MatchPolicy = body.MatchPolicy,
            Yaml = ImagePolicyYaml.Write(_target.Api, _kind, name, _options.Namespace, scopes, body),
        };
    }

    private void WarnOfVersion(IReadOnlyList<ImagePolicyDocument> documents)
    {
        if (documents.Count == 0)
            return;
        if (_target.IsPreview)
            _messages.Warning($"OpenShift {_target.OpenShift} knows {_kind} as config.openshift.io/{_target.Api} alone, and takes these " +
                "documents only in clusters with the feature set TechPreviewNoUpgrade, which cannot be switched off again and prevents " +
                $"updates. From {ImagePolicyVersions.Stable} on every cluster takes them.");
        if (_target.OpenShift is not null)
            return;
        _messages.Verbose($"These documents are for OpenShift {ImagePolicyVersions.Stable} and later. " +
            $"Specify {TrustOption.OpenShiftVersion} for another version.");
        string[] pki = [.. documents.Where(static d => d.PolicyType == "PKI").Select(static d => d.Name)];
        if (pki.Length > 0)
            _messages.Warning($"{Printable.Of(string.Join(", ", pki), Printable.SentenceLength)}: certificates of a private PKI require " +
                $"OpenShift {ImagePolicyVersions.WithPki}; older clusters refuse such a document. Specify {TrustOption.OpenShiftVersion} " +
                "to have that checked.");
    }

    private void WarnOf(string scope)
    {
        if (ImagePolicyScopes.HasReleaseImages(scope))
            _messages.Warning($"'{scope}' governs images that OpenShift itself consists of. Be sure that they are signed as the policy " +
                "demands, or nodes will not start them.");
        if (TransportScopes.Unreachable(scope, out string? suggestion) is { } reason)
            _messages.Warning($"No image would ever be governed by the scope '{scope}': " +
                $"{reason}.{(suggestion is { Length: > 0 } ? $" Perhaps '{suggestion}' is meant." : "")}");
    }

    // On the host the most specific scope decides alone. Where it is missing in the cluster, the one above it decides, and may accept
    // what the host would not.
    private void WarnOfNested(List<(string Scope, PolicyBody Body)> policies, List<(ImageTrust Entry, TrustException Error)> refused)
    {
        foreach ((ImageTrust entry, _) in refused)
        {
            if (entry.Transport != "docker" || entry.Registry is null || entry.Type == TrustType.Accept)
                continue;
            if (policies.FirstOrDefault(p => p.Scope == entry.Registry
                || ImagePolicyScopes.IsInside(entry.Registry, p.Scope)).Scope is { } above)
                _messages.Warning($"'{Printable.Of(entry.Registry, Printable.NameLength)}' has become no policy, so in the cluster its " +
                    $"images are accepted by the policy for '{above}'.");
        }
    }
}
