import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { FETCH_LEFT, fetching } from '#shared/contract/fetching.ts'
import type { FetchEstimate, FetchLeft, FetchPlan } from '#shared/contract/fetching.ts'
import { lookForPictures, PicturesInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { formatBytes, formatSeconds } from '#shared/format.ts'
import { userAgent } from '#shared/user-agent.ts'
import { count } from '../options.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { imagesOption, json, n, where } from './words.ts'

/** Why pictures are not asked for, each with what changes that. */
const LEFT: Record<FetchLeft, string> = {
  had: 'are in the corpus already',
  failed: 'failed before (--retry-failed asks again)',
  refused: 'were refused before',
  missing: 'were not found before (--retry-failed looks again)',
  'opted-out': 'are kept out of data sets by their page (noai, noindex and their like)',
  'no-address': 'have no address of the web',
}

interface PicturesOptions {
  images: PicturesInput['images']
  where?: string
  retryFailed: boolean
  contact?: string
  dryRun: boolean
  estimate?: number | true
  json: boolean
}

export function addPicturesCommand(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools
  program
    .command('pictures <corpus>')
    .description('look for pictures that are not there yet')
    .addOption(imagesOption('archive, folder:DIR or fetch', PicturesInput.shape.images))
    .option(...where('score>=0.28 lang:en'))
    .option('--retry-failed', 'try again what failed before', false)
    .option('--contact <who>', 'how the people who run the servers reach you; remembered')
    .option('--dry-run', 'say what would be fetched, ask nobody', false)
    .option(
      '--estimate [n]',
      'fetch a sample of so many addresses (24), keep none, and say what all would take',
      sampleSize,
    )
    .option(...json)
    .action(async (corpus: string, options: PicturesOptions) => {
      const { images, where: query = '', retryFailed, contact, estimate } = options
      const path = await open(corpus)
      if (contact !== undefined) await setContact(tools, contact)
      if (!options.dryRun && estimate === undefined) {
        await runJob(tools, lookForPictures, { corpus: path, images, where: query, retryFailed })
        return
      }
      if (images !== 'fetch') {
        throw new AppError(
          'invalid-input',
          'Only a fetch can be counted before.',
          'Write --images fetch.',
        )
      }
      const scope = { corpus: path, where: query, retryFailed }
      const plan = await call('pictures.plan', scope)
      const sampled =
        estimate === undefined
          ? null
          : await call('pictures.estimate', {
              ...scope,
              ...(estimate === true ? {} : { sample: estimate }),
            })
      if (options.json) return printJson({ ...plan, estimate: sampled })
      print(describePlan(plan))
      if (sampled) print(describeEstimate(sampled))
    })
}

function sampleSize(text: string): number {
  const { shape } = fetching['pictures.estimate'].input
  const size = count(text)
  if (!shape.sample.safeParse(size).success) throw new InvalidArgumentError('From 1 to 200.')
  return size
}

async function setContact({ call }: CliTools, contact: string): Promise<void> {
  const { fetch } = await call('settings.get', {})
  await call('settings.set', { fetch: { ...fetch, userAgentContact: contact.trim() || null } })
}

function describePlan(plan: FetchPlan): string {
  const { pairs, pictures, addresses, files, hosts, largest, before, contact } = plan
  const left = FETCH_LEFT.flatMap((reason) => {
    const found = plan.left.find((one) => one.reason === reason)
    return found ? [`  ${n(found.n)} ${LEFT[reason]}`] : []
  })
  return [
    `${n(pairs)} pairs show ${n(pictures)} pictures`,
    `to be fetched: ${n(addresses)} addresses on ${n(hosts)} hosts`,
    ...largest.map(({ host, n: each }) => `  ${n(each)} ${host}`),
    ...(files > 0 ? [`looked for beside their tables: ${n(files)}`] : []),
    ...(left.length > 0 ? ['not asked for:', ...left] : []),
    `time: at least ${formatSeconds(plan.leastSeconds)}, as a host is asked for one picture at a time with ${plan.delaySeconds} s between`,
    before
      ? `fetched before: ${n(before.had)} of ${n(before.asked)}, ${formatBytes(before.meanBytes)} each`
      : 'bytes: nothing was fetched into this corpus before; --estimate asks a sample',
    `opt-outs: ${plan.honoursOptOut ? 'robots.txt, X-Robots-Tag and robots of pages are honoured' : 'ignored, as the settings say'}`,
    `asked as: ${userAgent(contact)}${contact === null ? ' (no contact: say one with --contact)' : ''}`,
    `kept in: ${plan.folder}${plan.freeBytes === null ? '' : `, ${formatBytes(plan.freeBytes)} free`}`,
  ].join('\n')
}

function describeEstimate(estimate: FetchEstimate): string {
  const reasons = Object.entries(estimate.reasons).map(([reason, each]) => `${reason} ${n(each)}`)
  return [
    `estimate, by a sample of ${n(estimate.asked)} addresses on ${n(estimate.hosts)} hosts, nothing of it kept:`,
    `  had ${n(estimate.had)} of ${n(estimate.asked)}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    `  all: about ${n(estimate.pictures)} pictures, ${formatBytes(estimate.bytes)} (95 %: ${formatBytes(estimate.bytesLow)} to ${formatBytes(estimate.bytesHigh)})`,
    `  time: about ${formatSeconds(estimate.seconds)}, at ${estimate.requestSeconds.toFixed(2)} s an answer`,
  ].join('\n')
}
