using System.Collections;
using System.Management.Automation;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Completion;

/// <summary>What the command line says so far, before the word that is completed.</summary>
internal static class CommandSoFar
{
    /// <summary>A parameter's value; null if it was not given.</summary>
    public static string? Text(IDictionary parameters, string name) =>
        parameters[name]?.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>The values of a parameter that takes several.</summary>
    public static IReadOnlyList<string> Texts(IDictionary parameters, string name)
    {
        object? value = parameters[name] is PSObject wrapped ? wrapped.BaseObject : parameters[name];
        return value switch
        {
            null => [],
            string text => [text],
            IEnumerable several => [.. several.Cast<object?>().Select(static v => v?.ToString() ?? "").Where(static v => v.Length > 0)],
            _ => [],
        };
    }

    /// <summary>The host's files that the command will work on.</summary>
    /// <exception cref="TrustException">They cannot be looked at.</exception>
    public static TrustStore Store(IDictionary parameters)
    {
        TrustStoreOptions options = new()
        {
            RootDirectory = Resolve(Text(parameters, "Root")),
            PolicyPath = OnHost(parameters, Text(parameters, "PolicyPath")),
            RegistriesDirectory = OnHost(parameters, Text(parameters, "RegistriesDirectory")),
            CurrentUser = parameters["CurrentUser"] is true or SwitchParameter { IsPresent: true },
            PodmanVersion = Text(parameters, "PodmanVersion"),
        };
        return TrustStore.Open(options, TrustMessages.None);
    }

    /// <summary>A path on the host: with -Root as that host names it, otherwise relative to PowerShell's location.</summary>
    public static string? OnHost(IDictionary parameters, string? path) => Text(parameters, "Root") is null ? Resolve(path) : path;

    /// <summary>A path of this machine, relative to PowerShell's location.</summary>
    public static string? Resolved(string? path) => Resolve(path);

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
