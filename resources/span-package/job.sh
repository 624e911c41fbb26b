#!/bin/sh
# Runs the training and leaves its log and exit code beside it. For sbatch: sbatch --parsable job.sh
#SBATCH --output=run/log.txt
# A queue may run a copy of this file from elsewhere.
cd "${SLURM_SUBMIT_DIR:-$(dirname "$0")}" || exit 1
mkdir -p run
rm -f run/exit
"${PYTHON:-python3}" -u train.py >> run/log.txt 2>&1
code=$?
echo "$code" > run/exit.part && mv run/exit.part run/exit
exit "$code"
