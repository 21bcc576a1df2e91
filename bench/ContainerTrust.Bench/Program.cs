using BenchmarkDotNet.Running;
using ContainerTrust.Bench;

if (args is ["verify", ..])
    return await VerifyComparison.RunAsync().ConfigureAwait(false);
if (args is ["sigstore"])
    SigstoreThroughput.Run();
else
    BenchmarkSwitcher.FromAssembly(typeof(GetBenchmark).Assembly).Run(args);
return 0;
