# Makes test/fixtures/statistics/reference.json: see README.md. Run from the root of the project.
suppressMessages({library(ordinal); library(sandwich); library(psych); library(jsonlite)})

# A study: 8 raters, 12 prompts, 2 models, a quarter of the ratings missing, scale 0..5.
set.seed(20261130)
d <- expand.grid(rater = paste0("r", 1:8), prompt = paste0("p", 1:12), model = c("a", "b"),
                 stringsAsFactors = FALSE)
of.prompt <- setNames(rnorm(12, sd = 1.1), paste0("p", 1:12))
of.rater <- setNames(rnorm(8, sd = 0.6), paste0("r", 1:8))
latent <- 2.4 + of.prompt[d$prompt] + of.rater[d$rater] + 0.7 * (d$model == "b") + rnorm(nrow(d))
d$value <- pmin(5, pmax(0, round(latent)))
d$seat <- sample(paste0("s", 1:5), nrow(d), replace = TRUE) # explains nothing
d$position <- as.integer(ave(runif(nrow(d)), d$rater, FUN = rank))
d <- d[runif(nrow(d)) < 0.75, ]
rownames(d) <- NULL
d$b <- as.numeric(d$model == "b")
d$y <- factor(d$value, ordered = TRUE)
stopifnot(nlevels(d$y) == 6)

fixed <- function(link) {
  f <- clm(y ~ b + position, data = d, link = link)
  s <- coef(summary(f))
  list(names = rownames(s), estimates = s[, 1], errors = s[, 2], logLikelihood = as.numeric(logLik(f)))
}
mixed <- function(link, factors) {
  f <- clmm(as.formula(paste("y ~ b +", paste0("(1|", factors, ")", collapse = " + "))), data = d, link = link)
  s <- coef(summary(f))
  list(link = link, factors = factors, names = rownames(s), estimates = s[, 1], errors = s[, 2],
       deviations = setNames(sapply(VarCorr(f)[factors], function(v) attr(v, "stddev")), factors),
       modes = lapply(ranef(f)[factors], function(u) setNames(as.list(u[, 1]), rownames(u))),
       logLikelihood = as.numeric(logLik(f)), gradient = max(abs(f$gradient)))
}

# Votes with ties between four items.
strength <- c(w = 0.8, x = 0.2, y = -0.3, z = -0.7)
v <- data.frame(left = sample(names(strength), 300, replace = TRUE),
                right = sample(names(strength), 300, replace = TRUE))
v <- v[v$left != v$right, ]
e <- rlogis(nrow(v)) + strength[v$left] - strength[v$right]
v$vote <- ifelse(e > 0.4, "left", ifelse(e < -0.4, "right", "tie"))
for (i in c("x", "y", "z")) v[[paste0("d", i)]] <- (v$left == i) - (v$right == i)
v$o <- factor(v$vote, levels = c("right", "tie", "left"), ordered = TRUE)
# With thresholds at -eta and eta the cumulative logit is Rao and Kupper's model.
rk <- clm(o ~ dx + dy + dz, data = v, threshold = "symmetric2")
rks <- coef(summary(rk))
decided <- v[v$vote != "tie", ]
bt <- glm(I(vote == "left") ~ 0 + dx + dy + dz, family = binomial, data = decided,
          control = glm.control(epsilon = 1e-14))
bts <- coef(summary(bt))

# Biases by least squares, one dummy for each unit and rater.
unit <- interaction(d$model, d$prompt, drop = TRUE)
bias <- coef(lm(value ~ 0 + unit + factor(rater), data = cbind(d, unit = unit)))

centre <- function(x, g) x - ave(x, g)
slope <- function(y, x) {
  f <- lm(y ~ x)
  list(slope = coef(f)[[2]], error = sqrt(vcovCL(f, cluster = d$rater, type = "HC1")[2, 2]))
}
level <- lm(value ~ 1, data = d)

# Paired power: the same design, simulated here again.
power <- function(prompts, raters, difference, studies = 8000) {
  found <- 0
  for (s in seq_len(studies)) {
    own <- rep(rnorm(raters, sd = 0.4), each = prompts)
    at <- rep(2.5 + rnorm(prompts, sd = 0.8), raters)
    gap <- rep(difference + rnorm(prompts, sd = 0.4), raters)
    rate <- function(x) pmin(5, pmax(0, round(x + rnorm(length(x), sd = 0.8))))
    m <- rowSums(matrix(rate(at + own + gap / 2) - rate(at + own - gap / 2), prompts))
    m <- m[m != 0]
    p <- suppressWarnings(wilcox.test(m, exact = FALSE, correct = FALSE)$p.value)
    found <- found + (p < 0.05)
  }
  list(prompts = prompts, raters = raters, difference = difference, studies = studies,
       power = found / studies)
}

judges <- matrix(c(9,2,5,8, 6,1,3,2, 8,4,6,8, 7,1,2,6, 10,5,6,9, 6,2,4,7), ncol = 4, byrow = TRUE)
icc <- ICC(judges, lmer = FALSE)$results

result <- list(
  madeWith = list(R = as.character(getRversion()), ordinal = as.character(packageVersion("ordinal")),
                  sandwich = as.character(packageVersion("sandwich")),
                  psych = as.character(packageVersion("psych"))),
  study = d[, c("rater", "prompt", "model", "value", "seat", "position")],
  ordinal = list(logit = fixed("logit"), probit = fixed("probit")),
  mixed = list(mixed("logit", c("prompt", "rater")), mixed("probit", c("prompt", "rater")),
               mixed("logit", "prompt"), mixed("logit", c("prompt", "seat"))),
  votes = v[, c("left", "right", "vote")],
  raoKupper = list(estimates = rks[, 1], errors = rks[, 2], names = rownames(rks),
                   logLikelihood = as.numeric(logLik(rk))),
  bradleyTerry = list(estimates = bts[, 1], errors = bts[, 2], logLikelihood = as.numeric(logLik(bt))),
  bias = as.list(bias),
  trend = list(within = slope(centre(d$value, d$rater), centre(d$position, d$rater)),
               across = slope(d$value, d$position)),
  mean = list(value = coef(level)[[1]],
              error = sqrt(vcovCL(level, cluster = d$prompt, type = "HC0", cadjust = FALSE)[1, 1])),
  icc = data.frame(type = icc$type, icc = icc$ICC, low = icc[["lower bound"]], high = icc[["upper bound"]]),
  power = list(power(30, 3, 0.35), power(80, 2, 0.25))
)
write(toJSON(result, digits = NA, auto_unbox = TRUE, dataframe = "columns"),
      "test/fixtures/statistics/reference.json")
