namespace ContainerTrust.Bench.Empty;

/// <summary>Something to format.</summary>
/// <param name="Name">A first column.</param>
/// <param name="Time">A second one.</param>
public sealed record EmptyObject(string Name, string Time);
