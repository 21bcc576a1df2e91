using System.Collections;
using System.Management.Automation;
using ContainerTrust.Engine;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Completion;

/// <summary>The entries of the policy that a command line speaks of so far.</summary>
internal static class PolicyEntries
{
    /// <returns>The entries, without keys; none where there is no policy or a broken one: the command itself will say what is wrong.</returns>
    public static IReadOnlyList<ImageTrust> Read(IDictionary parameters, string? transport)
    {
        try
        {
            string? root = Text(parameters, "Root");
            TrustStoreOptions options = new()
            {
                RootDirectory = Resolve(root),
                PolicyPath = OnHost(Text(parameters, "PolicyPath"), root),
                RegistriesDirectory = OnHost(Text(parameters, "RegistriesDirectory"), root),
                CurrentUser = parameters["CurrentUser"] is true or SwitchParameter { IsPresent: true },
            };
            return [.. TrustStore.Open(options, TrustMessages.None).Read(new TrustQuery { Transport = transport, IncludeKeys = false })];
        }
        catch (TrustException)
        {
            return [];
        }
    }

    /// <summary>A parameter's value as text; null if it is not there or empty.</summary>
    public static string? Text(IDictionary parameters, string name) =>
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
