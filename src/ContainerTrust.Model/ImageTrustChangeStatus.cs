namespace ContainerTrust;

/// <summary>What became of a scope.</summary>
public enum ImageTrustChangeStatus
{
    /// <summary>It was as asked for already.</summary>
    Unchanged,

    /// <summary>The policy had no such scope before.</summary>
    Added,

    /// <summary>It says something else than before.</summary>
    Changed,

    /// <summary>The policy has no such scope any more.</summary>
    Removed,

    /// <summary>It was to be changed, and was not; <see cref="ImageTrustChange.Reason"/> says why.</summary>
    Failed,
}
