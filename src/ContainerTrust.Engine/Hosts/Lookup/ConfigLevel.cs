namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>Whose configuration a file is.</summary>
internal enum ConfigLevel
{
    /// <summary>The user's, below the home directory or <c>XDG_CONFIG_HOME</c>.</summary>
    User,

    /// <summary>The administrator's: <c>/etc/containers</c>.</summary>
    System,

    /// <summary>The distribution's: <c>/usr/share/containers</c>, never written.</summary>
    Vendor,
}

/// <summary>A directory that files are looked for in.</summary>
/// <param name="Path">The path, without a slash at its end.</param>
/// <param name="Level">Whose it is.</param>
internal sealed record LookupDirectory(string Path, ConfigLevel Level);
