namespace ContainerTrust.Engine.Foundation;

/// <summary>How far a front end reaches. One that does not reach as far never comes to advice about what is there.</summary>
internal enum AdviceReach
{
    /// <summary>This host, and roots and documents on it.</summary>
    ThisHost,

    /// <summary>Hosts by ssh.</summary>
    Fleet,

    /// <summary>Clusters, and what is made for them.</summary>
    Cluster,
}
