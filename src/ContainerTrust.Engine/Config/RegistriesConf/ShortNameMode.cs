namespace ContainerTrust.Engine.Config.RegistriesConf;

/// <summary>What is done with a short name that several registries could mean (<c>short-name-mode</c>).</summary>
internal enum ShortNameMode
{
    /// <summary>Ask; without a terminal try all. The default.</summary>
    Permissive,

    /// <summary>Ask; without a terminal refuse.</summary>
    Enforcing,

    /// <summary>Try all.</summary>
    Disabled,
}
