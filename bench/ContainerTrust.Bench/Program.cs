using BenchmarkDotNet.Running;
using ContainerTrust.Bench;

if (args is ["sigstore"])
    SigstoreThroughput.Run();
else
    BenchmarkSwitcher.FromAssembly(typeof(GetBenchmark).Assembly).Run(args);
