// Runs pipelines by gitlab-ci-local, as its command does, but all of a repo in one process: starting
// Node takes longer than a pipeline. Reads requests from stdin, prints what became of their jobs:
// while no person is there and, where a job waits for one, after somebody has started it.
//
// Arguments: the folder of gitlab-ci-local.
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const source = (name) => import(pathToFileURL(`${process.argv[2]}/src/${name}.js`));
const { handler } = await source("handler");
const { WriteStreamsMock } = await source("write-streams");

let count = 0;

async function pipeline(request, manual, names = []) {
  const streams = new WriteStreamsMock();
  const jobs = [];
  const record = `${request.records}-${++count}`;
  const variables = { ...request.variables, RECORD: record };
  let error = "";
  try {
    await handler(
      {
        variable: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
        ignorePredefinedVars: Object.keys(variables).join(","),
        unsetVariable: request.unset,
        variablesFile: request.secrets,
        manual,
        job: names,
        forceShellExecutor: true,
        shellIsolation: true,
        artifactsToSource: false,
        jsonSchemaValidation: false,
        noColor: true,
      },
      streams,
      jobs,
    );
  } catch (caught) {
    error = String(caught.stack ?? caught);
  }
  // It does not run a pipeline in which a manual job waits for one that nobody starts.
  if (error.includes("is when:manual, its needed by") && names.length === 0) {
    const waits = (job) =>
      job.when === "manual" ||
      (job.needs ?? []).some((need) => jobs.some((other) => other.name === need.job && waits(other)));
    const alone = jobs.filter((job) => job.when === "on_success" && !waits(job));
    return pipeline(request, manual, alone.map((job) => job.name));
  }
  return {
    error,
    record,
    printed: [...streams.stdoutLines, ...streams.stderrLines].join("\n"),
    jobs: jobs.map((job) => ({
      name: job.name,
      when: job.when,
      status: job.jobStatus,
      environment: job.environment?.name ?? "",
      action: job.environment?.action ?? "start",
      resourceGroup: job.jobData.resource_group ?? "",
      timeout: job.jobData.timeout ?? null,
      interruptible: job.jobData.interruptible ?? null,
      audiences: Object.values(job.jobData.id_tokens ?? {}).map((token) => token.aud),
    })),
  };
}

const seen = new Map(); // the same pipeline does the same, whatever a person does with it later
const results = [];
for (const request of JSON.parse(fs.readFileSync(0, "utf8"))) {
  process.chdir(request.repo);
  const key = JSON.stringify([request.repo, request.variables, request.unset, request.secrets]);
  if (!seen.has(key)) seen.set(key, await pipeline(request, []));
  const alone = seen.get(key);
  const waits = ({ name, when }) => when === "manual" && request.manual.includes(name);
  const attended = alone.jobs.some(waits) ? await pipeline(request, request.manual) : null;
  results.push({ alone, attended });
}
process.stdout.write(JSON.stringify(results));
