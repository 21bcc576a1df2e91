using BenchmarkDotNet.Running;
using ContainerTrust.Bench;

// The test command runs everything in a size that takes seconds; its figures mean nothing.
bool quick = args.Contains("--quick");
switch (args)
{
    case ["verify", ..]:
        return await VerifyComparison.RunAsync(quick).ConfigureAwait(false);
    case ["sigstore", ..]:
        SigstoreThroughput.Run(quick);
        return 0;
    case ["mirror", ..]:
        return await MirrorComparison.RunAsync(quick).ConfigureAwait(false);
    case ["keyring", ..]:
        KeyringComparison.Run(quick);
        return 0;
    case ["get", ..]:
        return GetComparison.Run(quick);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(GetBenchmark).Assembly).Run(args);
        return 0;
}
