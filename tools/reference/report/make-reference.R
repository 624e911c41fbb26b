# Makes the part of test/fixtures/report/reference.json that R computes: see README.md.
# Run from the root of the project: Rscript tools/reference/report/make-reference.R OUT
suppressMessages({library(ordinal); library(psych); library(jsonlite)})
out <- commandArgs(trailingOnly = TRUE)[1]

d <- read.csv("resources/sample-study/ratings.csv", colClasses = c(value = "character"))
d <- d[d$value != "cannot", ]
d$value <- as.numeric(d$value)
d$prompt <- paste(d$group, d$level)
d$picture <- paste(d$model, d$prompt)
d$hours <- as.numeric(as.POSIXct(d$at, format = "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC"))
d$hours <- (d$hours - ave(d$hours, d$rater, FUN = min)) / 3600

one <- function(aspect) {
  x <- d[d$aspect == aspect, ]
  m <- tapply(x$value, list(x$prompt, x$model), mean)
  # Equal differences must be ties: means of thirds differ in their last digits.
  diff <- round(m[, "tuned"] - m[, "base"], 9)
  diff <- diff[!is.na(diff)]
  w <- suppressWarnings(wilcox.test(diff, exact = FALSE, correct = FALSE))
  x$y <- factor(x$value, ordered = TRUE)
  # Where nearly all ratings of a picture are alike, clmm does not converge.
  fit <- tryCatch(suppressWarnings(clmm(y ~ model + (1 | picture) + (1 | prompt) + (1 | rater),
                                        data = x, link = "probit")), error = function(e) NULL)
  mixed <- if (is.null(fit)) NULL else {
    s <- coef(summary(fit))["modeltuned", ]
    list(estimate = unname(s["Estimate"]), error = unname(s["Std. Error"]),
         logLikelihood = as.numeric(logLik(fit)), gradient = max(abs(fit$gradient)))
  }
  wide <- reshape(x[, c("picture", "rater", "value")], idvar = "picture", timevar = "rater",
                  direction = "wide")[, -1]
  full <- wide[complete.cases(wide), ]
  icc <- suppressWarnings(suppressMessages(ICC(full, lmer = FALSE)$results))
  levels <- 0:5
  kappa <- function(a, b) {
    t <- table(factor(wide[[a]], levels), factor(wide[[b]], levels))
    cohen.kappa(t, w = 1 - outer(levels, levels, function(p, q) (p - q)^2) / 25)$weighted.kappa
  }
  # Bias removed: pictures and raters as fixed effects; scores of the pictures at the raters' mean.
  fixed <- lm(value ~ 0 + picture + rater, data = x, contrasts = list(rater = "contr.treatment"))
  b <- coef(fixed)
  raters <- sort(unique(x$rater))
  bias <- setNames(c(0, b[paste0("rater", raters[-1])]), raters)
  bias <- bias - mean(bias[x$rater])
  score <- tapply(x$value - bias[x$rater], x$picture, mean)
  of <- sub(" .*", "", names(score))
  # Within raters: each compared with itself alone.
  x$h <- x$hours - ave(x$hours, x$rater); x$v <- x$value - ave(x$value, x$rater)
  t <- lm(v ~ 0 + h, data = x)
  list(
    means = list(base = mean(m[, "base"]), tuned = mean(m[, "tuned"])),
    difference = mean(diff), prompts = length(diff), zeros = sum(diff == 0),
    wilcoxon = list(p = w$p.value, v = unname(w$statistic)),
    icc = list(n = nrow(full), one = icc$ICC[2], mean = icc$ICC[5],
               lo = icc$`lower bound`[2], hi = icc$`upper bound`[2]),
    kappas = sort(c(kappa("value.simulated-1", "value.simulated-2"),
                    kappa("value.simulated-1", "value.simulated-3"),
                    kappa("value.simulated-2", "value.simulated-3"))),
    mixed = mixed,
    biasRemoved = as.list(tapply(score, of, mean)),
    slope = unname(coef(t))
  )
}
aspects <- c("objects", "attributes", "relations", "setting", "overall")
found <- setNames(lapply(aspects, one), aspects)
p <- sapply(found, function(f) f$wilcoxon$p)
write(toJSON(list(
  madeWith = list(r = R.version.string, ordinal = as.character(packageVersion("ordinal")),
                  psych = as.character(packageVersion("psych"))),
  holm = as.list(p.adjust(p, "holm")), aspects = found
), auto_unbox = TRUE, digits = 12, pretty = TRUE, null = "null"), out)
