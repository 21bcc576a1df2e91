namespace ContainerTrust.HelpBuilder;

/// <summary>
/// Makes the help files of a module of its Markdown pages: <c>PAGES OUTPUT</c>. Faults are printed as MSBuild understands them, and
/// nothing is written then.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length != 2)
        {
            Console.Error.WriteLine("ContainerTrust.HelpBuilder PAGES OUTPUT: writes the help files of pages into another directory.");
            return 2;
        }
        var faults = new Faults();
        var files = Directory.GetFiles(arguments[0], "*.md").Order(StringComparer.Ordinal);
        var pages = files.Select(path => new PageSource(path, faults)).ToList();
        if (pages.Count == 0)
            faults.Add(arguments[0], 1, "There are no pages (*.md) in this directory.");
        var commands = pages.Where(page => !page.IsTopic).Select(page => new CommandPageReader(page).Read()).ToList();
        var topics = pages.Where(page => page.IsTopic).Select(page => (Name: $"{page.Name}.help.txt", Text: TopicText.Of(page))).ToList();
        foreach (var fault in faults.InOrder())
            Console.WriteLine(fault);
        if (faults.Any)
            return 1;

        Directory.CreateDirectory(arguments[1]);
        foreach (var file in commands.GroupBy(command => command.HelpFile))
            MamlFile.Write(Path.Combine(arguments[1], file.Key), file);
        foreach (var (name, text) in topics)
            File.WriteAllText(Path.Combine(arguments[1], name), text);
        return 0;
    }
}
