// Fixtures have servers of their own. Most of their time is waiting, but the bounds that they check are real time.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(2)]
