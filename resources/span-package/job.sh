#!/bin/sh
# Runs the training and leaves its log and exit code beside it.
# With Slurm, in this folder: mkdir -p run && sbatch --parsable job.sh
#SBATCH --output=run/log.txt
# A queue may run a copy of this file from elsewhere. Within an interactive job it is this one.
here=$(dirname "$0")
[ -e "$here/train.py" ] || here=${SLURM_SUBMIT_DIR:-$here}
cd "$here" || exit 1
mkdir -p run
rm -f run/exit
"${PYTHON:-python3}" -u train.py >> run/log.txt 2>&1
code=$?
echo "$code" > run/exit.part && mv run/exit.part run/exit
exit "$code"
