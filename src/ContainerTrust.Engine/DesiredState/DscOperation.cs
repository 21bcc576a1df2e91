namespace ContainerTrust.Engine.DesiredState;

/// <summary>What Microsoft DSC asks a resource to do.</summary>
public enum DscOperation
{
    /// <summary>Say how the host is.</summary>
    Get,

    /// <summary>Make the host as it is to be.</summary>
    Set,

    /// <summary>Say whether the host is as it is to be.</summary>
    Test,

    /// <summary>Say how the host would be after <see cref="Set"/>, and change nothing.</summary>
    WhatIf,

    /// <summary>Remove what the input names.</summary>
    Delete,

    /// <summary>Say all that the host has, one instance a line.</summary>
    Export,
}
