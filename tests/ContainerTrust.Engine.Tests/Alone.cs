namespace ContainerTrust.Engine.Tests;

/// <summary>Tests that nothing else may run beside: they measure what the whole process does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
