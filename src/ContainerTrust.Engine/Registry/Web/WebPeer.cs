namespace ContainerTrust.Engine.Registry.Web;

/// <summary>What kind of server is spoken to, for messages and error ids.</summary>
/// <param name="Noun">As it stands in a sentence: <c>registry</c>.</param>
/// <param name="IdPrefix">How error ids begin: <c>Registry</c>.</param>
internal sealed record WebPeer(string Noun, string IdPrefix)
{
    /// <summary>A registry.</summary>
    public static WebPeer Registry { get; } = new("registry", "Registry");

    /// <summary>The server that gives tokens for a registry.</summary>
    public static WebPeer TokenServer { get; } = new("registry's token server", "Registry");

    /// <summary>A signature store.</summary>
    public static WebPeer Store { get; } = new("signature store", "Store");
}
