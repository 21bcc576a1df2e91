using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes scopes from the policy that the command line speaks of so far.</summary>
public sealed class RegistryCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        string? transport = Text(fakeBoundParameters, "Transport");

        // Only Get-ImageTrust looks into all transports when none is given.
        if (transport is null && !string.Equals(commandName, "Get-ImageTrust", StringComparison.OrdinalIgnoreCase))
            transport = "docker";
        try
        {
            string? root = Text(fakeBoundParameters, "Root");
            TrustStoreOptions options = new()
            {
                RootDirectory = Resolve(root),
                PolicyPath = OnHost(Text(fakeBoundParameters, "PolicyPath"), root),
                RegistriesDirectory = OnHost(Text(fakeBoundParameters, "RegistriesDirectory"), root),
                CurrentUser = fakeBoundParameters["CurrentUser"] is true or SwitchParameter { IsPresent: true },
            };
            TrustQuery query = new() { Transport = transport, IncludeKeys = false };
            return [.. TrustStore.Open(options, TrustMessages.None).Read(query)
                .Where(static t => !t.IsDefault)
                .Select(static t => new Candidate(t.Registry, $"{t.Transport}: {string.Join(" and ", t.Requirements.Select(TrustText.Describe))}"))
                .Matching(wordToComplete)];
        }
        catch (TrustException)
        {
            // No policy, or a broken one: nothing to offer. The command itself will say what is wrong.
            return [];
        }
    }

    private static string? Text(IDictionary parameters, string name) =>
        parameters[name]?.ToString() is { Length: > 0 } text ? text : null;

    private static string? OnHost(string? path, string? root) => root is null ? Resolve(path) : path;

    private static string? Resolve(string? path)
    {
        if (path is null || Path.IsPathFullyQualified(path))
            return path;
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Microsoft.PowerShell.Management\\Get-Location").AddParameter("PSProvider", "FileSystem");
        string location = shell.Invoke<PathInfo>()[0].ProviderPath;
        return Path.GetFullPath(path, location);
    }
}
