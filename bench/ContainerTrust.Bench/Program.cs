using BenchmarkDotNet.Running;
using ContainerTrust.Bench;

BenchmarkSwitcher.FromAssembly(typeof(GetBenchmark).Assembly).Run(args);
