// Tests of a fleet wait for containers and servers far more than they compute.
[assembly: LevelOfParallelism(6)]
