import type { JobKind, JobOf } from '#shared/contract/jobs/index.ts'
import { launchJob } from '../../jobs/cluster/launch.ts'
import { spanPackageJob } from '../../jobs/cluster/span-package.ts'
import { studyReportJob } from '../../jobs/evaluate/study-report.ts'
import { studyImagesJob } from '../../jobs/evaluate/study-images.ts'
import { studyOpenJob } from '../../jobs/evaluate/study-open.ts'
import { studyPackageJob } from '../../jobs/evaluate/study-package.ts'
import { studySampleJob } from '../../jobs/evaluate/study-sample.ts'
import { exportJob } from '../../jobs/export.ts'
import { generateJob } from '../../jobs/generate/generate.ts'
import { studyGenerateJob } from '../../jobs/generate/study-generate.ts'
import { importJob } from '../../jobs/import/import.ts'
import { ingestJob } from '../../jobs/ingest/ingest.ts'
import { complexityJob } from '../../jobs/measure/complexity.ts'
import { measureMatrixJob } from '../../jobs/measure/matrix.ts'
import { measureJob } from '../../jobs/measure/measure.ts'
import { studyComplexityJob } from '../../jobs/measure/study-complexity.ts'
import { studyComplianceJob } from '../../jobs/measure/study-compliance.ts'
import { modelFetchJob } from '../../jobs/models/model-fetch.ts'
import { quantizeJob } from '../../jobs/models/quantize.ts'
import { duplicatesJob } from '../../jobs/neighbours/duplicates.ts'
import { leakageJob } from '../../jobs/neighbours/leakage.ts'
import { promptBaseJob } from '../../jobs/image-to-prompt/build.ts'
import { promptEvaluationJob } from '../../jobs/image-to-prompt/evaluate.ts'
import { imageToPromptJob } from '../../jobs/image-to-prompt/predict.ts'
import { picturesJob } from '../../jobs/pictures/pictures.ts'
import { mapJob } from '../../jobs/neighbours/map.ts'
import type { JobImplementation } from '../../jobs/run/implement.ts'
import { scoreJob } from '../../jobs/score.ts'
import { similarityJob } from '../../jobs/similarity/similarity.ts'
import { altKindsJob } from '../../jobs/spans/alt-kinds.ts'
import { altSpansJob } from '../../jobs/spans/alt-spans.ts'
import { predictSpansJob } from '../../jobs/spans/predict-spans.ts'
import { trainSpansJob } from '../../jobs/spans/train-spans.ts'
import { textInImageJob } from '../../jobs/text-in-image.ts'
import { versionVerifyJob } from '../../jobs/versions/verify.ts'
import { versionJob } from '../../jobs/versions/version.ts'

/** What each kind of job does. One that is defined and missing here does not compile. */
export const JOB_TABLE: { readonly [K in JobKind]: JobImplementation<JobOf<K>> } = {
  ingest: ingestJob,
  import: importJob,
  pictures: picturesJob,
  score: scoreJob,
  similarity: similarityJob,
  'prompt-base': promptBaseJob,
  'image-to-prompt': imageToPromptJob,
  'prompt-evaluation': promptEvaluationJob,
  export: exportJob,
  generate: generateJob,
  'model-fetch': modelFetchJob,
  quantize: quantizeJob,
  map: mapJob,
  measure: measureJob,
  complexity: complexityJob,
  'alt-spans': altSpansJob,
  'alt-kinds': altKindsJob,
  'train-spans': trainSpansJob,
  'predict-spans': predictSpansJob,
  'span-package': spanPackageJob,
  launch: launchJob,
  'study-generate': studyGenerateJob,
  'study-images': studyImagesJob,
  'study-package': studyPackageJob,
  'study-open': studyOpenJob,
  'study-sample': studySampleJob,
  'study-compliance': studyComplianceJob,
  'study-complexity': studyComplexityJob,
  'measure-matrix': measureMatrixJob,
  'study-report': studyReportJob,
  version: versionJob,
  'version-verify': versionVerifyJob,
  duplicates: duplicatesJob,
  leakage: leakageJob,
  'text-in-image': textInImageJob,
}
