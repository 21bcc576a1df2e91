using System.Globalization;

namespace ContainerTrust.Bench;

/// <summary>Lines of the table that bench/run.sh prints; see <c>row</c> in bench/common.sh.</summary>
internal static class BenchRows
{
    /// <summary>Prints a line, and hands it on where the script asks for it.</summary>
    /// <param name="what">What is compared with what.</param>
    /// <param name="ours">Our figure, with its unit.</param>
    /// <param name="theirs">The other one.</param>
    /// <param name="ratio">The ratio that counts.</param>
    /// <param name="wanted">What the ratio should be.</param>
    public static void Add(string what, string ours, string theirs, double ratio, string wanted)
    {
        if (!double.IsFinite(ratio) || ratio <= 0)
            throw new InvalidOperationException($"{what}: no ratio came out ({ours}, {theirs}).");
        string text = ratio.ToString(ratio < 10 ? "F2" : "F0", CultureInfo.InvariantCulture);
        Console.WriteLine($"{what}: {ours} beside {theirs}; ratio {text} (wanted: {wanted})");
        if (Environment.GetEnvironmentVariable("BENCH_ROWS") is { Length: > 0 } file)
            File.AppendAllText(file, $"{what}\t{ours}\t{theirs}\t{text}\t{wanted}\n");
    }
}
