using ContainerTrust.Commands.Completion;
using System.Management.Automation;

namespace ContainerTrust.Commands;

/// <summary>What the cmdlets share that take keys and places of signatures in the policy's stead.</summary>
public abstract class SignatureCmdlet : VerificationCmdlet
{
    private protected SignatureCmdlet()
    {
    }

    /// <summary>OpenPGP key files of the signers, or a ConfigMap <c>release-verification</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyPath { get; set; }

    /// <summary>Stores (URLs or directories) that the OpenPGP signatures are read from.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[]? SignatureStore { get; set; }

    /// <summary>
    /// Files with ConfigMaps of the namespace <c>openshift-config-managed</c> that hold signatures. Wildcards are possible.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? SignatureConfigMap { get; set; }

    /// <summary>What chooses names: wildcards, upper and lower case alike.</summary>
    private protected static WildcardPattern Pattern(string name) =>
        WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);

    /// <summary>What of a release is chosen by name, in its order; a name without wildcards that nothing has is an error.</summary>
    private protected T[] Chosen<T>(IReadOnlyList<T> all, Func<T, string> nameOf, string[]? names, string release)
        where T : class
    {
        if (names is null)
            return [.. all];
        HashSet<T> chosen = new(ReferenceEqualityComparer.Instance);
        foreach (string name in names)
        {
            WildcardPattern pattern = Pattern(name);
            T[] found = [.. all.Where(i => pattern.IsMatch(nameOf(i)))];
            chosen.UnionWith(found);
            if (found.Length > 0 || WildcardPattern.ContainsWildcardCharacters(name))
                continue;
            Deny();
            Report(new TrustException("ComponentNotFound", TrustErrorKind.NotFound,
                $"{release} has no component '{name}'. Get-ReleaseImage shows those it has.") { Target = name });
        }

        return [.. all.Where(chosen.Contains)];
    }
}
