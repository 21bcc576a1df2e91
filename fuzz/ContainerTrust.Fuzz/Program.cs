using System.Globalization;
using ContainerTrust.Fuzz;
using SharpFuzz;

// list                            the targets
// prepare TARGET DIRECTORY        writes seeds/, trust/ and words there
// instrument FILE...              makes assemblies tell which branches they take; the files are replaced
// run TARGET DIRECTORY            for afl-fuzz: judges what it is given, by DIRECTORY/trust
// check TARGET DIRECTORY FILE...  judges files, and says what is wrong
// grow TARGET BYTES ROUNDS        looks for inputs whose cost grows faster than their length
Coverage.Begin();
switch (args)
{
    case ["list"]:
        foreach (FuzzTarget target in FuzzTargets.All())
            Console.Out.WriteLine($"{target.Name} {target.MaxLength}");
        return 0;
    case ["prepare", string name, string directory]:
        FuzzDirectory.Write(Find(name), directory);
        return 0;
    case ["instrument", .. string[] files]:
        foreach (string file in files)
            Console.Out.WriteLine($"{Path.GetFileName(file)}: {Fuzzer.Instrument(file, static _ => true, Options.Value).Count()} types");
        return 0;
    case ["run", string name, string directory]:
        FuzzTarget fuzzed = Find(name);
        FuzzDirectory.Load(fuzzed, directory);
        Fuzzer.OutOfProcess.Run(stream => Bounds.Check(fuzzed, FuzzDirectory.ReadAll(stream, fuzzed.MaxLength)));
        return 0;
    case ["check", string name, string directory, .. string[] files]:
        FuzzTarget checkedTarget = Find(name);
        FuzzDirectory.Load(checkedTarget, directory);
        int wrong = 0;
        foreach (string file in files)
        {
            wrong += FuzzDirectory.Check(checkedTarget, file, out string verdict) ? 0 : 1;
            Console.Out.WriteLine($"{file}: {verdict}");
        }

        return wrong == 0 ? 0 : 1;
    case ["grow", string name, string bytes, string rounds]:
        FuzzTarget grown = Find(name);
        FuzzMaterial material = grown.Make();
        grown.Load(material.Trust);
        string[] found = [.. new Growth(grown, material.Seeds,
            int.Parse(bytes, CultureInfo.InvariantCulture)).Find(int.Parse(rounds, CultureInfo.InvariantCulture))];
        foreach (string finding in found)
            Console.Out.WriteLine(finding);
        Console.Out.WriteLine($"Grow: {name}, {rounds} inputs of {bytes} bytes, {found.Length} findings");
        return found.Length == 0 ? 0 : 1;
    default:
        Console.Error.WriteLine("Usage: list | prepare TARGET DIRECTORY | instrument FILE... | run TARGET DIRECTORY");
        Console.Error.WriteLine("       check TARGET DIRECTORY FILE... | grow TARGET BYTES ROUNDS");
        return 2;
}

static FuzzTarget Find(string name) =>
    FuzzTargets.All().FirstOrDefault(t => t.Name == name) ?? throw new ArgumentException($"There is no target '{name}'.");
