/** The thread for descriptions, which writes down what it is to train on before it does. */
import { writeFileSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const { name, args } = workerData as { name: string; args: { file: string } }
if (name === 'trainHead') writeFileSync(`${args.file}.told.json`, JSON.stringify(args))
await import('../../src/main/jobs/spans/span-worker.ts')
