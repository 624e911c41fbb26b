import type { ReportSection, ResultPicture, StudyResults } from '#shared/contract/results.ts'
import type { Figure } from '#shared/figures.ts'
import { html, raw, type Html } from './html.ts'
import { PAGE_STYLE } from './page-style.ts'
import * as tables from './page-tables.ts'
import { many, num } from './words.ts'

/** A figure with its drawing. */
export interface DrawnFigure {
  section: ReportSection
  figure: Figure
  /** Ours, without scripts. */
  svg: string
}

/** Kinds of figures that need the width of the page. */
const WIDE: ReadonlySet<Figure['kind']> = new Set(['dots', 'heat', 'scatter', 'bars'])
/** Some lines in a row are read beside each other. */
const isWide = (figure: Figure): boolean =>
  WIDE.has(figure.kind) || figure.id.startsWith('compliance-levels')

/** Pixels at which a figure is drawn for its place. */
export const widthOf = (figure: Figure): number => (isWide(figure) ? 896 : 440)

const TITLES: Record<ReportSection, string> = {
  which: 'Which model?',
  where: 'Where?',
  sure: 'How sure?',
  people: 'Do people agree?',
  machines: 'Do machines agree with people?',
}

/**
 * The report as a page that stands alone: no scripts, nothing loaded, made to be printed.
 * @param images data URIs by id of the picture; one that is missing is said to be
 */
export function reportPage(
  results: StudyResults,
  figures: readonly DrawnFigure[],
  images: ReadonlyMap<number, string>,
): string {
  const { study, counts, headline } = results
  const section = (name: ReportSection, ...more: Html[]): Html | null => {
    const mine = figures.filter((one) => one.section === name)
    if (mine.length === 0 && more.every(({ html: text }) => text === '')) return null
    return html`<section>
      <h2>${TITLES[name]}</h2>
      ${figuresOf(mine)}${more}
    </section> `
  }
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <meta name="generator" content="${results.software}" />
        <title>${study.name}: report of a rating study</title>
        <style>
          ${raw(PAGE_STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>${study.name}</h1>
          <p class="meta muted">
            Report of a rating study: ${many(results.models.length, 'model')},
            ${many(counts.prompts, 'prompt')}, ${many(counts.images, 'picture')},
            ${many(counts.raters, 'rater')}, ${many(counts.answers + counts.votes, 'answer')}.
            ${results.software}.${study.hash === null ? '' : ` Content hash ${study.hash.slice(0, 16)}.`}
          </p>
          ${study.blind && html`<p class="blind">This report is blind: the models are called by codes.</p>`}
          <p class="headline">${headline.sentence}</p>
          ${
            headline.cautions.length > 0 &&
            html`<ul class="cautions">
              ${headline.cautions.map((text) => html`<li>${text}</li> `)}
            </ul>`
          }
        </header>
        <main>
          <section>
            <h2>What there is</h2>
            ${tables.cannotTable(results)}
          </section>
          ${section('which', tables.meansTable(results), tables.differencesTable(results), tables.comparisonsTable(results))}
          ${section('where', tables.scopesTable(results))}
          ${section('sure', tables.mixedTable(results), tables.combinedTable(results), tables.trendsTable(results))}
          ${section('people', tables.agreementTable(results), tables.ratersTable(results))}
          ${section('machines', tables.automaticTable(results))} ${galleries(results, images)}
          <section class="methods">
            <h2>Methods</h2>
            ${results.methodsText.map((text) => html`<p>${text}</p> `)}
            <h3>How each number was made</h3>
            <dl>
              ${Object.entries(results.methods).map(
                ([key, words]) =>
                  html`<dt>${key}</dt>
                    <dd>${words}</dd> `,
              )}
            </dl>
          </section>
        </main>
      </body>
    </html> `
  return page.html
}

function figuresOf(mine: readonly DrawnFigure[]): Html | null {
  if (mine.length === 0) return null
  const one = ({ figure, svg }: DrawnFigure): Html =>
    html`<figure${isWide(figure) && raw(' class="wide"')}>${raw(svg)}</figure>\n`
  return html`<div class="figures">${mine.map(one)}</div> `
}

function galleries(results: StudyResults, images: ReadonlyMap<number, string>): Html | null {
  if (results.study.blind) return null
  const shown = results.extremes.filter(({ best }) => best.length > 0)
  if (shown.length === 0) return null
  const gallery = (title: string, of: readonly ResultPicture[], aspect: string): Html =>
    html`<h3>${title}</h3>
      <div class="pictures">
        ${of.map((picture) => pictureOf(results, picture, images, aspect))}
      </div> `
  const leading = results.byGroup.aspect
  return html`<section>
    <h2>The pictures</h2>
    <p class="muted">
      Best and worst by ${results.rankedBy}. Ratings of R1, R2, ... in this order; x: cannot judge.
    </p>
    ${shown.map(({ model, best, worst }) => [gallery(`${model}: rated highest`, best, leading), gallery(`${model}: rated lowest`, worst, leading)])}
    ${
      results.disagreements.length > 0 &&
      html`<h3>Where raters disagree most</h3>
        <div class="pictures">
          ${results.disagreements.map((picture) => pictureOf(results, picture, images, picture.aspect))}
        </div>`
    }
  </section> `
}

function pictureOf(
  results: StudyResults,
  picture: ResultPicture,
  images: ReadonlyMap<number, string>,
  first: string,
): Html {
  const data = images.get(picture.image)
  const aspects = results.aspects
    .map(({ id, name }) => ({ name, of: picture.ratings.find(({ aspect }) => aspect === id), id }))
    .sort((a, b) => Number(b.id === first) - Number(a.id === first))
  return html`<div class="picture">
    <div class="mat">
      ${
        data === undefined
          ? html`<span class="muted">not readable</span>`
          : html`<img src="${data}" alt="${picture.model}: ${picture.prompt}" />`
      }
    </div>
    <span class="prompt">${picture.prompt}</span>
    <span class="scores">${picture.model}, ${picture.group} level ${num(picture.level, 0)}</span>
    ${aspects.map(({ name, of, id }) => {
      const given = of?.values.map(({ answer }) => (answer === 'cannot' ? 'x' : answer)).join(' ')
      const words = `${name} ${given || '–'}`
      return html`<span class="scores">${id === first ? html`<b>${words}</b>` : words}</span>`
    })}
  </div> `
}
