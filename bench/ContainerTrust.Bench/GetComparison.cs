using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace ContainerTrust.Bench;

/// <summary>Runs <see cref="GetBenchmark"/> and puts its ratio into the table.</summary>
internal static class GetComparison
{
    /// <summary>Measures and prints.</summary>
    /// <param name="quick">Once each, in this process.</param>
    /// <returns>The exit code.</returns>
    public static int Run(bool quick)
    {
        string artifacts = Directory.CreateTempSubdirectory("containertrust-bench").FullName;
        try
        {
            // A process of its own would be built first.
            Job job = quick ? Job.Dry.WithToolchain(InProcessEmitToolchain.Instance) : Job.Default;
            Summary summary = BenchmarkRunner.Run<GetBenchmark>(DefaultConfig.Instance.AddJob(job).WithArtifactsPath(artifacts));
            double ours = Mean(summary, nameof(GetBenchmark.Get)), bare = Mean(summary, nameof(GetBenchmark.BareParse));
            BenchRows.Add("Get of 10,000 scopes and sections, in process, beside the bare parse", Milliseconds(ours), Milliseconds(bare),
                ours / bare, "at most 3");
            return 0;
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }

    private static double Mean(Summary summary, string method) =>
        summary.Reports.Single(r => r.BenchmarkCase.Descriptor.WorkloadMethod.Name == method).ResultStatistics?.Mean
            ?? throw new InvalidOperationException($"{method} was not measured.");

    private static string Milliseconds(double nanoseconds) =>
        (nanoseconds / 1_000_000).ToString("F1", CultureInfo.InvariantCulture) + " ms";
}
